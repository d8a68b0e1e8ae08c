/** How the server is. */
export type ServerState =
    | { readonly kind: "stopped" | "starting" | "running" | "missing" }
    /** It has ended by itself and is started again. */
    | { readonly kind: "waiting" }
    /** It does not run, and only the user can change that. */
    | { readonly kind: "failed"; readonly reason: string };

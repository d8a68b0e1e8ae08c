/** Which program is the server. */

export interface Places {
    /** The setting `codegen.server.path`; empty if it is not set. */
    readonly setting: string;
    /** Where the program lies in an extension that was packed with it. */
    readonly bundled: string;
    /** The folders of `PATH`. */
    readonly path: readonly string[];
    /** The user's home folder. */
    readonly home: string;
    readonly windows: boolean;
}

export type Found =
    | { readonly program: string; readonly from: "setting" | "bundled" | "PATH" }
    /** The setting names this, and it cannot be run. */
    | { readonly wrong: string }
    | { readonly missing: true };

/**
 * The program to start. A setting wins, since its user has asked for it; a wrong one is told rather than passed over.
 * `runnable` says whether a path is a program.
 */
export function resolve(places: Places, runnable: (path: string) => boolean): Found {
    const setting = places.setting.trim();
    if (setting !== "") {
        const program = withHome(setting, places.home);
        // A relative path would be looked up in a folder that a workspace chooses.
        return isAbsolute(program, places.windows) && runnable(program)
            ? { program, from: "setting" }
            : { wrong: program };
    }
    if (runnable(places.bundled)) {
        return { program: places.bundled, from: "bundled" };
    }
    const separator = places.windows ? "\\" : "/";
    const name = places.windows ? "codegen-lsp.exe" : "codegen-lsp";
    for (const folder of places.path) {
        const program = folder.endsWith(separator) ? folder + name : folder + separator + name;
        if (isAbsolute(folder, places.windows) && runnable(program)) {
            return { program, from: "PATH" };
        }
    }
    return { missing: true };
}

function withHome(path: string, home: string): string {
    return path === "~" || path.startsWith("~/") || path.startsWith("~\\") ? home + path.slice(1) : path;
}

function isAbsolute(path: string, windows: boolean): boolean {
    return windows ? /^([a-z]:[\\/]|\\\\)/i.test(path) : path.startsWith("/");
}

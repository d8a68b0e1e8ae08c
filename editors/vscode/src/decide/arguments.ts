/** The arguments of the server's commands: those of a lens or an action as they are, else made from the editor. */

import type { Position, Range } from "../protocol";

/** Where the user is. */
export interface Place {
    readonly uri: string;
    readonly position: Position;
    /** What is selected, if anything is. */
    readonly selection: Range | undefined;
}

/** How the argument of a command is made where it is given none. */
export type Shape = "turn" | "document" | "next" | "previous" | "following" | "none";

export interface Command {
    /** Its id in VS Code. */
    readonly id: string;
    /** Its name on the wire. */
    readonly sends: string;
    readonly shape: Shape;
}

/** The commands on turns and documents. Those whose id is the name on the wire are the ones that lenses and actions run. */
export const COMMANDS: readonly Command[] = [
    { id: "codegen.synthesize", sends: "codegen.synthesize", shape: "turn" },
    { id: "codegen.synthesizeAll", sends: "codegen.synthesizeAll", shape: "document" },
    { id: "codegen.regenerate", sends: "codegen.regenerate", shape: "turn" },
    { id: "codegen.regenerateFollowing", sends: "codegen.regenerate", shape: "following" },
    { id: "codegen.replace", sends: "codegen.replace", shape: "turn" },
    { id: "codegen.candidates", sends: "codegen.candidates", shape: "turn" },
    { id: "codegen.accept", sends: "codegen.accept", shape: "next" },
    { id: "codegen.acceptPrevious", sends: "codegen.accept", shape: "previous" },
    { id: "codegen.cancel", sends: "codegen.cancel", shape: "turn" },
    { id: "codegen.cancelAll", sends: "codegen.cancel", shape: "none" },
    { id: "codegen.explainTurn", sends: "codegen.explainTurn", shape: "turn" },
    { id: "codegen.why", sends: "codegen.why", shape: "turn" },
];

/**
 * The argument to send; `undefined` if there is no document to make it of. `given` is what VS Code runs the command with: an
 * object of the server's from a lens or an action, a resource from a menu, nothing from the palette or a key.
 */
export function argument(shape: Shape, given: readonly unknown[], place: Place | undefined): object | undefined {
    const first = given[0];
    if (isOwn(first)) {
        return first;
    }
    if (shape === "none") {
        return {};
    }
    if (place === undefined) {
        return undefined;
    }
    const turn = { uri: place.uri, position: place.position };
    switch (shape) {
        case "turn":
            return turn;
        case "document":
            return place.selection === undefined ? { uri: place.uri } : { uri: place.uri, range: place.selection };
        case "following":
            return { ...turn, following: true };
        case "next":
        case "previous":
            return { ...turn, index: shape };
    }
}

/** Whether an argument is one of the server's: it has a document's URI as text, where VS Code's menus give an object. */
function isOwn(argument: unknown): argument is { readonly uri: string } {
    return typeof argument === "object" && argument !== null && "uri" in argument && typeof argument.uri === "string";
}

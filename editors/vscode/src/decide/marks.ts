/** Marks of turns whose code is not what was generated for them, found in the titles of their lenses. */

export type Mark = "stale" | "failed" | "edited";

/** A lens of the server's. */
export interface Lens {
    readonly line: number;
    readonly title: string;
    readonly command: string;
}

export interface Marked {
    readonly line: number;
    readonly mark: Mark;
    /** The state in the server's words. */
    readonly words: string;
}

/** The lens that says how a turn is explains it, too. */
const TELLS = "codegen.explainTurn";

const STARTS: readonly (readonly [string, Mark])[] = [
    ["stale", "stale"],
    ["failed", "failed"],
    ["edited by hand", "edited"],
];

export function marked(lenses: readonly Lens[]): readonly Marked[] {
    return lenses.flatMap(({ line, title, command }) => {
        const mark = command === TELLS ? STARTS.find(([start]) => title.startsWith(start))?.[1] : undefined;
        return mark === undefined ? [] : [{ line, mark, words: title }];
    });
}

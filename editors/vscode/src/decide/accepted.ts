/** Which parts of a suggestion the user has taken: VS Code tells an extension of whole ones only. */

/** A suggestion that is shown. */
export interface Shown {
    /** The server's number of it. */
    readonly number: number;
    readonly uri: string;
    readonly insertText: string;
    /** Code units of `insertText` that are before the cursor. */
    readonly there: number;
    /** The cursor's offset in the document. */
    readonly cursor: number;
}

/** A change of a document. */
export interface Change {
    /** The offset in the document, and how many code units go. */
    readonly offset: number;
    readonly removed: number;
    readonly text: string;
}

export interface Outcome {
    /** What is still shown. */
    readonly shown: Shown | undefined;
    /** Code units of `insertText` that are in the document because the user took a part. */
    readonly acceptedLength?: number;
}

/** Pairs that the editor completes by itself: typing the first puts in both. */
const PAIRS = new Set(["()", "[]", "{}", "''", '""', "``"]);

/** What the changes of one event do to what is shown. A key is one code unit, so that more at once were taken. */
export function after(shown: Shown, changes: readonly Change[]): Outcome {
    const [change, ...more] = changes;
    if (change === undefined) {
        return { shown };
    }
    const { insertText, cursor } = shown;
    const { text } = change;
    const there = consume(insertText, shown.there, text);
    if (more.length > 0 || change.removed > 0 || change.offset !== cursor || text === "" || there === undefined) {
        return { shown: undefined };
    }
    const left = there < insertText.length ? { ...shown, there, cursor: cursor + text.length } : undefined;
    // After Enter the editor indents in the same change.
    const typed = text.length === 1 || /^\r?\n[ \t]*$/.test(text) || PAIRS.has(text);
    return typed ? { shown: left } : { shown: left, acceptedLength: there };
}

/** Where `text` ends in `wanted` if it stands there from `start` on; line ends of both kinds are the same. */
function consume(wanted: string, start: number, text: string): number | undefined {
    let at = start;
    for (let index = 0; index < text.length; index++) {
        if (text[index] === "\r" && text[index + 1] === "\n") {
            continue;
        }
        if (text[index] === "\n" && wanted[at] === "\r") {
            at++;
        }
        if (text[index] !== wanted[at]) {
            return undefined;
        }
        at++;
    }
    return at;
}

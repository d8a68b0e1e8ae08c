/** The protocol's changes, applied to a text. */

interface Position {
    line: number;
    character: number;
}

/** A change of `textDocument/didChange`; without a range it is the whole text. */
export interface Change {
    range?: { start: Position; end: Position };
    text: string;
}

/** The text after the change. Characters are UTF-16 code units, as VS Code counts them. */
export function apply(text: string, change: Change): string {
    if (!change.range) {
        return change.text;
    }
    return text.slice(0, offset(text, change.range.start)) + change.text + text.slice(offset(text, change.range.end));
}

function offset(text: string, position: Position): number {
    let start = 0;
    for (let line = 0; line < position.line; line += 1) {
        const end = text.indexOf("\n", start);
        if (end < 0) {
            return text.length;
        }
        start = end + 1;
    }
    return Math.min(start + position.character, text.length);
}

/** Code that is still being written: what of it is shown, and where. */

import type { Partial } from "../protocol";
import { behind } from "./candidates";

/** More lines would cover the rest of what the user reads. */
const MOST_LINES = 16;

/** What is shown below one prompt. */
export interface Preview {
    /** The prompt's last line. */
    readonly line: number;
    /** The code so far, its last lines if there are many. */
    readonly lines: readonly string[];
    /** Lines before those. */
    readonly hidden: number;
    /** All of the code so far. */
    readonly text: string;
}

/** The generations under way. */
export class Previews {
    private readonly byDocument = new Map<string, Map<string, Partial>>();

    /** Takes in a notification. */
    take(partial: Partial): void {
        const key = `${partial.id} ${partial.candidate ?? ""}`;
        const known = this.byDocument.get(partial.uri) ?? new Map<string, Partial>();
        if (partial.done) {
            known.delete(key);
        } else {
            known.set(key, partial);
        }
        if (known.size === 0) {
            this.byDocument.delete(partial.uri);
        } else {
            this.byDocument.set(partial.uri, known);
        }
    }

    /** Forgets everything: the server has ended. Answers with the documents that something was shown in. */
    clear(): string[] {
        const documents = [...this.byDocument.keys()];
        this.byDocument.clear();
        return documents;
    }

    /** What is shown in a document: of several candidates for one prompt the first that has any code. */
    of(uri: string): readonly Preview[] {
        const first = new Map<number, Partial>();
        for (const partial of this.byDocument.get(uri)?.values() ?? []) {
            const line = behind(partial.range) - 1;
            const before = first.get(line);
            if (partial.text.trim() !== "" && (before === undefined || order(partial) < order(before))) {
                first.set(line, partial);
            }
        }
        return [...first].map(([line, { text }]) => {
            const lines = text.trimEnd().split(/\r?\n/);
            const hidden = Math.max(0, lines.length - MOST_LINES);
            return { line, lines: lines.slice(hidden), hidden, text: lines.join("\n") };
        });
    }
}

function order({ candidate }: Partial): number {
    return candidate ?? -1;
}

/** A text as a CSS string: in it, nothing may end the string or the rule. */
export function cssString(text: string, tabSize: number): string {
    const plain = text.replaceAll("\t", " ".repeat(tabSize));
    const escaped = plain.replace(
        /[^ \w.,:()[\]=+*/%!?#@&|^~$-]/gu,
        (char) => `\\${char.codePointAt(0)?.toString(16) ?? ""} `,
    );
    return `"${escaped}"`;
}

/** Candidates in words, and where their code would stand. */

import type { Candidate, Range } from "../protocol";
import { percent } from "./explain";

/** An entry of the list to choose from: one line each, since the list covers what is edited. */
export interface Line {
    readonly label: string;
    readonly description: string;
}

export function line(candidate: Candidate): Line {
    const { text, current, copies, score } = candidate;
    const lines = text.trim().split("\n");
    const [first = ""] = lines;
    const more = lines.length > 1 ? ` … +${lines.length - 1}` : "";
    const standing = [
        percent(Math.exp(score.meanLogprob)),
        copies > 1 ? `drawn ${copies} times` : "",
        verdict(candidate),
        current ? "in the file now" : "",
    ];
    return {
        label: `${first}${more}`,
        description: standing.filter((part) => part !== "").join(" · "),
    };
}

/** What was found about its code. */
function verdict({ score }: Candidate): string {
    const found = [
        score.parses ? "" : "does not parse",
        score.raised === null ? "" : `raises ${score.raised}`,
        named("nothing defines", score.missing),
        named("redefines", score.shadows),
        named("later turns miss", score.drops),
    ].filter((part) => part !== "");
    return found.length > 0 ? found.join("; ") : score.run ? "parses and runs" : "parses";
}

function named(words: string, names: readonly string[]): string {
    return names.length === 0 ? "" : `${words} ${names.join(", ")}`;
}

/** The lines of a document that a candidate takes the place of: `from` is the first, `to` the one behind the last. */
export interface Lines {
    readonly from: number;
    readonly to: number;
}

/**
 * The lines that a candidate takes the place of. `lines` is the document; `prompt` the range of the prompt if it is known;
 * `turn` a line of the prompt; `replaces` the number of the user's own lines that would go.
 */
export function placeOf(
    lines: readonly string[],
    turn: number,
    prompt: Range | undefined,
    candidates: readonly Candidate[],
    replaces: number,
): Lines {
    const from = prompt === undefined ? endOfPrompt(lines, turn) : behind(prompt);
    const current = candidates.find((candidate) => candidate.current);
    const standing = current === undefined ? undefined : find(lines, from, current.text);
    if (standing !== undefined) {
        return standing;
    }
    if (replaces > 0) {
        return { from, to: Math.min(from + replaces, lines.length) };
    }
    const placeholder = /^\s*(pass|\.\.\.)\s*$/.test(lines[from] ?? "");
    return { from, to: placeholder ? from + 1 : from };
}

/** The line behind a prompt's last one. */
export function behind({ start, end }: Range): number {
    return end.character === 0 && end.line > start.line ? end.line : end.line + 1;
}

/** The line behind the comment or docstring that a line is in. */
function endOfPrompt(lines: readonly string[], turn: number): number {
    const line = lines[turn] ?? "";
    const quotes = /^\s*[a-z]*("""|''')/i.exec(line)?.[1];
    if (quotes !== undefined) {
        const closes = (at: number): boolean =>
            (lines[at] ?? "").includes(quotes, at === turn ? line.indexOf(quotes) + quotes.length : 0);
        let end = turn;
        while (end < lines.length && !closes(end)) {
            end++;
        }
        return Math.min(end + 1, lines.length);
    }
    const comment = /^\s*#/.exec(line)?.[0];
    let end = turn + 1;
    while (comment !== undefined && lines[end]?.startsWith(comment) === true) {
        end++;
    }
    return end;
}

/** Where a text stands at or soon below a line, as whole lines. */
function find(lines: readonly string[], from: number, text: string): Lines | undefined {
    const wanted = text.replace(/\s+$/, "").split(/\r?\n/);
    while (wanted.length > 0 && wanted[0]?.trim() === "") {
        wanted.shift();
    }
    for (let start = from; start < Math.min(from + 4, lines.length); start++) {
        if (wanted.every((line, index) => lines[start + index]?.trimEnd() === line.trimEnd())) {
            return { from: start, to: start + wanted.length };
        }
    }
    return undefined;
}

/** The document with a candidate's code in it. */
export function withCandidate(lines: readonly string[], { from, to }: Lines, candidate: Candidate): string {
    const code = candidate.text.replace(/^(?:[ \t]*\r?\n)+/, "").trimEnd();
    return [...lines.slice(0, from), ...code.split(/\r?\n/), ...lines.slice(to)].join("\n");
}

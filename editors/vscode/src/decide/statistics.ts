/** The answer to `codegen/stats`, as a document. */

import type { Report, Statistics, Suggestions } from "../protocol";
import { percent } from "./explain";

/** A document in plain text, which an editor does not wrap: tables stay tables. */
export function statistics(answer: Statistics): string {
    const where = answer.folder === null ? "" : `\nThe counts are in ${answer.folder}`;
    const lines = [
        "What suggestions are worth",
        "",
        answer.enabled
            ? `Counted on this machine, never sent anywhere; codegen.statistics.enabled turns it off.${where}`
            : "Nothing is kept: codegen.statistics.enabled is off.\nWhat follows was counted before, and since the server started.",
        ...section(`The last ${answer.days} days, since ${answer.since}`, answer.report),
        ...section("Since the server started", answer.session),
        ...answer.problems.map((problem) => `\nNot counted: ${problem}`),
    ];
    return `${lines.join("\n")}\n`;
}

function section(title: string, report: Report): string[] {
    const { asked, all, kinds, characters, refusals } = report;
    const rows = [["all", all] as const, ...Object.entries(kinds)];
    const why = refusals.slice(0, 8).map(({ name, count }) => [name, String(count)]);
    return [
        "",
        title,
        "=".repeat(title.length),
        `- Asked for: by the editor ${asked.automatic}, by hand ${asked.invoked}, by the completion menu ${asked.menu}`,
        `- Characters that the model wrote: ${share(characters.share)} (${characters.model}; ${characters.hand} by hand)`,
        "",
        ...table(
            ["suggestions", "suggested", "accepted", "in part", "acceptance", "kept", "median", "95 %"],
            rows.map(row),
        ),
        ...(why.length > 0 ? ["", ...table(["why there was none", "times"], why)] : []),
    ];
}

function row([name, suggestions]: readonly [string, Suggestions]): string[] {
    const { suggested, accepted, partlyAccepted, acceptance, retention, latency } = suggestions;
    return [
        name,
        String(suggested),
        String(accepted),
        String(partlyAccepted),
        share(acceptance),
        share(retention),
        milliseconds(latency.p50),
        milliseconds(latency.p95),
    ];
}

function share(value: number | null): string {
    return value === null ? "–" : percent(value);
}

function milliseconds(value: number | null): string {
    return value === null ? "–" : `${value.toFixed(0)} ms`;
}

/** A table, the first of whose columns holds words and the others numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
    const widths = head.map((name, column) =>
        Math.max(name.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
    );
    const line = (cells: readonly string[]): string =>
        cells
            .map((cell, column) =>
                column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
            )
            .join("  ");
    return [line(head), ...rows.map(line)];
}

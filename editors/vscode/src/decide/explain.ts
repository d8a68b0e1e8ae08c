/** The answer to `codegen.explainTurn`, in words. */

import type { Explanation, History } from "../protocol";

const STATES: Readonly<Record<Explanation["state"], string>> = {
    empty: "has no code yet",
    generated: "has the code that was generated for it",
    edited: "has code that was written or edited by hand",
    stale: "has code that was generated for an earlier prompt or earlier turns",
    failed: "has no code: the last attempt failed",
};

/** A document in Markdown. */
export function explained(answer: Explanation): string {
    const { made, history, promptText, promptTokens } = answer;
    const lines = ["# A turn, explained", "", ...quoted(answer.prompt), "", `The turn ${STATES[answer.state]}.`];
    if (answer.failure !== null) {
        lines.push("", `It failed: ${answer.failure}`);
    }
    if (made !== null) {
        lines.push("", "## What made its code", "", ...madeLines(made), ...historyLines(made.history));
    }
    lines.push("", "## What the model is shown for it now", "");
    if (promptText === null) {
        lines.push("No model is loaded.");
    } else {
        lines.push(`- Tokens: ${promptTokens ?? 0}`, ...(history === null ? [] : historyLines(history)));
        lines.push("", ...fenced(promptText));
    }
    if (made !== null && made.promptText !== promptText) {
        lines.push("", "## What it was shown then", "", ...fenced(made.promptText));
    }
    return `${lines.join("\n")}\n`;
}

function madeLines(made: NonNullable<Explanation["made"]>): string[] {
    const { sampling, stats } = made;
    const drawn = `drawn with temperature ${sampling.temperature}, top-p ${sampling.topP}, seed ${sampling.seed}`;
    const lines = [
        `- Model: ${made.model}`,
        `- Text: ${sampling.temperature === 0 ? "the most likely one" : drawn}`,
        `- Tokens: ${stats.promptTokens} of prompt (${stats.reusedTokens} reused), ${stats.generatedTokens} generated of at most ${made.maxTokens}`,
        `- Time: ${stats.prefillMs.toFixed(0)} ms for the prompt, ${stats.decodeMs.toFixed(0)} ms for the code`,
        `- Mean probability of a token: ${percent(Math.exp(stats.meanLogprob))}`,
    ];
    if (made.raised !== null) {
        lines.push(`- Run, it raised: ${made.raised}`);
    }
    return lines;
}

function historyLines({ kept, dropped, preambleCut }: History): string[] {
    const lines = [`- Turns before it that are shown: ${kept.length}`];
    if (dropped.length > 0) {
        lines.push("- Turns that did not fit:", ...dropped.map((prompt) => `  - ${prompt.replaceAll("\n", " ")}`));
    }
    if (preambleCut) {
        lines.push("- What stands before the first turn was shortened, too.");
    }
    return lines;
}

export function percent(share: number): string {
    return `${(share * 100).toFixed(0)} %`;
}

function quoted(text: string): string[] {
    return text.split("\n").map((line) => `> ${line}`);
}

/** Code between fences that are longer than any in it. */
function fenced(text: string): string[] {
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = "`".repeat(longest + 1);
    return [`${fence}python`, ...text.split("\n"), fence];
}

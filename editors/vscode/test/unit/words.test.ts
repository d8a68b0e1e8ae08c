import assert from "node:assert/strict";
import { test } from "node:test";
import { explained } from "../../src/decide/explain";
import { marked } from "../../src/decide/marks";
import { statistics } from "../../src/decide/statistics";
import type { Explanation, Report, Statistics, Suggestions } from "../../src/protocol";

test("turns are marked by the lens that tells how they are", () => {
    const explain = "codegen.explainTurn";
    const lens = (title: string, command = explain): { line: number; title: string; command: string } => ({
        line: title.length,
        title,
        command,
    });
    const titles = [
        lens("stale: its prompt changed, raises X"),
        lens("failed: no model"),
        lens("edited by hand"),
        lens("generated"),
        lens("written by hand"),
        lens("stale", "codegen.regenerate"),
    ];
    assert.deepEqual(
        marked(titles).map(({ mark, words }) => [mark, words]),
        [
            ["stale", "stale: its prompt changed, raises X"],
            ["failed", "failed: no model"],
            ["edited", "edited by hand"],
        ],
    );
});

const history = { kept: ["one"], dropped: ["zero\nzero"], preambleCut: true };
const made: Explanation["made"] = {
    model: "tiny",
    sampling: { temperature: 0.8, topP: 0.95, topK: 0, seed: 3 },
    maxTokens: 256,
    promptText: "# then\n",
    history,
    stats: {
        promptTokens: 10,
        reusedTokens: 4,
        droppedTokens: 0,
        generatedTokens: 7,
        meanLogprob: Math.log(0.25),
        prefillMs: 1.6,
        decodeMs: 20,
        reason: "stop",
    },
    raised: "ValueError: no",
};
const turn: Explanation = {
    prompt: "Read\nit",
    promptText: "# now ```\n",
    promptTokens: 12,
    history,
    state: "stale",
    failure: null,
    made,
};

test("a turn is explained", () => {
    const text = explained(turn);
    for (const part of [
        "> Read\n> it",
        "earlier prompt or earlier turns",
        "Model: tiny",
        "drawn with temperature 0.8, top-p 0.95, seed 3",
        "10 of prompt (4 reused), 7 generated of at most 256",
        "2 ms for the prompt, 20 ms for the code",
        "Mean probability of a token: 25 %",
        "it raised: ValueError: no",
        "  - zero zero",
        "- Tokens: 12",
        "````python\n# now ```\n\n````",
        "## What it was shown then",
    ]) {
        assert.ok(text.includes(part), `${part} is not in\n${text}`);
    }
});

test("a turn is explained without a model, and after a failure", () => {
    const text = explained({
        ...turn,
        promptText: null,
        promptTokens: null,
        history: null,
        made: null,
        state: "failed",
        failure: "no memory",
    });
    assert.ok(text.includes("No model is loaded."));
    assert.ok(text.includes("It failed: no memory"));
    assert.ok(!text.includes("What made its code"));
});

const none: Suggestions = {
    suggested: 0,
    shown: 0,
    accepted: 0,
    partlyAccepted: 0,
    acceptance: null,
    checked: 0,
    kept: 0,
    retention: null,
    latency: { answers: 0, p50: null, p95: null },
};
const some: Suggestions = {
    ...none,
    suggested: 10,
    accepted: 3,
    partlyAccepted: 1,
    acceptance: 0.4,
    latency: { answers: 10, p50: 41.7, p95: 120 },
};
const report: Report = {
    asked: { automatic: 20, invoked: 1, menu: 0 },
    all: some,
    kinds: { line: some },
    sources: {},
    refusals: [{ name: "comment", count: 5 }],
    characters: { model: 30, hand: 70, other: 5, share: 0.3 },
    tokens: { decoded: 1, read: 2, reused: 3 },
    preparations: { made: 0, used: 0 },
};
const answer: Statistics = {
    enabled: true,
    folder: "/state/codegen",
    days: 30,
    since: "2026-11-01",
    report,
    session: { ...report, all: none, kinds: {}, refusals: [] },
    problems: ["bad.json: no JSON"],
};

test("statistics as tables", () => {
    const text = statistics(answer);
    for (const part of [
        "\nThe counts are in /state/codegen\n",
        "\nThe last 30 days, since 2026-11-01\n==",
        "30 % (30; 70 by hand)",
        "\nline                10         3        1        40 %     –   42 ms  120 ms\n",
        "\ncomment                 5\n",
        "Not counted: bad.json: no JSON",
    ]) {
        assert.ok(text.includes(part), `${part} is not in\n${text}`);
    }
    assert.ok(statistics({ ...answer, enabled: false }).includes("Nothing is kept"));
});

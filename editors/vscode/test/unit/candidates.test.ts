import assert from "node:assert/strict";
import { test } from "node:test";
import { line, placeOf, withCandidate } from "../../src/decide/candidates";
import type { Candidate, Range, Score } from "../../src/protocol";

const score: Score = { parses: true, missing: [], shadows: [], drops: [], meanLogprob: 0, run: false, raised: null };
const stats = {
    promptTokens: 0,
    reusedTokens: 0,
    droppedTokens: 0,
    generatedTokens: 0,
    meanLogprob: 0,
    prefillMs: 0,
    decodeMs: 0,
    reason: "",
};

function candidate(text: string, more: Partial<Omit<Candidate, "score">> & { score?: Partial<Score> } = {}): Candidate {
    return { index: 0, text, copies: 1, current: false, stats, ...more, score: { ...score, ...more.score } };
}

test("a candidate in words", () => {
    assert.deepEqual(
        line(candidate("\nx = 1\ny = 2\n", { copies: 3, current: true, score: { meanLogprob: Math.log(0.5) } })),
        {
            label: "x = 1 … +1",
            description: "50 % · drawn 3 times · parses · in the file now",
        },
    );
});

const verdicts: readonly (readonly [Partial<Score>, string])[] = [
    [{ run: true }, "parses and runs"],
    [{ parses: false }, "does not parse"],
    [{ run: true, raised: "KeyError: 'a'" }, "raises KeyError: 'a'"],
    [{ missing: ["a", "b"], shadows: ["c"], drops: ["d"] }, "nothing defines a, b; redefines c; later turns miss d"],
];
for (const [given, expected] of verdicts) {
    test(`the verdict: ${expected}`, () => {
        assert.equal(line(candidate("x", { score: given })).description, `100 % · ${expected}`);
    });
}

function range(from: number, to: number, character = 3): Range {
    return { start: { line: from, character: 0 }, end: { line: to, character } };
}

/** `^` marks the turn's line; lines between `<` and `>` go. */
interface Place {
    readonly name: string;
    readonly lines: readonly string[];
    readonly turn: number;
    readonly prompt?: Range;
    readonly current?: string;
    readonly replaces?: number;
    readonly expected: readonly [number, number];
}
const places: readonly Place[] = [
    { name: "below a comment", lines: ["# a", "", "x"], turn: 0, expected: [1, 1] },
    { name: "below a comment of two lines", lines: ["# a", "# b", ""], turn: 0, expected: [2, 2] },
    { name: "not below a comment that is less indented", lines: ["    # a", "# b"], turn: 0, expected: [1, 1] },
    { name: "below a docstring", lines: ["def f():", '    """A.', "", '    B."""', ""], turn: 1, expected: [4, 4] },
    { name: "below a docstring of one line", lines: ["def f():", '    """A."""', "x"], turn: 1, expected: [2, 2] },
    { name: "below a docstring that does not end", lines: ["'''a", "b"], turn: 0, expected: [2, 2] },
    { name: "below a known prompt", lines: ["# a", "# b", "x"], turn: 0, prompt: range(0, 0), expected: [1, 1] },
    {
        name: "below a prompt that ends with its line",
        lines: ["# a", "x"],
        turn: 0,
        prompt: range(0, 1, 0),
        expected: [1, 1],
    },
    { name: "in place of pass", lines: ["def f():", "    # a", "    pass", ""], turn: 1, expected: [2, 3] },
    { name: "in place of an ellipsis", lines: ["    # a", "    ..."], turn: 0, expected: [1, 2] },
    {
        name: "in place of what stands there",
        lines: ["# a", "x = 1", "y = 2", "z"],
        turn: 0,
        current: "x = 1\ny = 2\n",
        expected: [1, 3],
    },
    {
        name: "in place of what stands there after a blank line",
        lines: ["# a", "", "x = 1 "],
        turn: 0,
        current: "\nx = 1",
        expected: [2, 3],
    },
    { name: "below, where it stands no longer", lines: ["# a", "x = 3"], turn: 0, current: "x = 1", expected: [1, 1] },
    { name: "in place of lines of one's own", lines: ["# a", "x", "y", "z"], turn: 0, replaces: 2, expected: [1, 3] },
    { name: "in place of the last lines", lines: ["# a", "x"], turn: 0, replaces: 2, expected: [1, 2] },
    { name: "at the end", lines: ["# a"], turn: 0, expected: [1, 1] },
];
for (const { name, lines, turn, prompt, current, replaces, expected } of places) {
    test(`a candidate's place: ${name}`, () => {
        const candidates = current === undefined ? [] : [candidate("other"), candidate(current, { current: true })];
        const { from, to } = placeOf(lines, turn, prompt, candidates, replaces ?? 0);
        assert.deepEqual([from, to], expected);
    });
}

test("the document with a candidate", () => {
    const lines = ["# a", "x = 1", "", "z"];
    assert.equal(
        withCandidate(lines, { from: 1, to: 2 }, candidate("\n  y = 1\n  y = 2\n\n")),
        "# a\n  y = 1\n  y = 2\n\nz",
    );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { cssString, Previews } from "../../src/decide/preview";
import type { Partial as Partly } from "../../src/protocol";

function partial(text: string, more: Partial<Partly> = {}): Partly {
    const range = { start: { line: 2, character: 0 }, end: { line: 3, character: 5 } };
    return { id: 1, uri: "file:///a.py", prompt: "p", range, candidate: null, text, tokens: 1, done: false, ...more };
}

function lines(previews: Previews, uri = "file:///a.py"): unknown {
    return previews.of(uri).map(({ line, lines }) => [line, lines]);
}

test("code grows below its prompt and goes at the end", () => {
    const previews = new Previews();
    previews.take(partial(" "));
    assert.deepEqual(lines(previews), []);
    previews.take(partial("x = 1\ny"));
    assert.deepEqual(lines(previews), [[3, ["x = 1", "y"]]]);
    assert.deepEqual(lines(previews, "file:///b.py"), []);
    previews.take(partial("x = 1\ny = 2\n"));
    assert.deepEqual(lines(previews), [[3, ["x = 1", "y = 2"]]]);
    previews.take(partial("x = 1\ny = 2\n", { done: true }));
    assert.deepEqual(lines(previews), []);
});

test("of several candidates the first that has code is shown", () => {
    const previews = new Previews();
    previews.take(partial("b", { id: 2, candidate: 1 }));
    previews.take(partial("", { candidate: 0 }));
    assert.deepEqual(lines(previews), [[3, ["b"]]]);
    previews.take(partial("a", { candidate: 0 }));
    assert.deepEqual(lines(previews), [[3, ["a"]]]);
    previews.take(partial("a", { candidate: 0, done: true }));
    assert.deepEqual(lines(previews), [[3, ["b"]]]);
});

test("a range that ends with a line's end ends on that line", () => {
    const previews = new Previews();
    previews.take(partial("x", { range: { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } } }));
    assert.deepEqual(lines(previews), [[2, ["x"]]]);
});

test("of long code the end is shown, and how much is above", () => {
    const previews = new Previews();
    previews.take(partial(Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n")));
    const [preview] = previews.of("file:///a.py");
    assert.equal(preview?.hidden, 4);
    assert.equal(preview.lines.length, 16);
    assert.equal(preview.lines.at(-1), "line 19");
    assert.ok(preview.text.startsWith("line 0\n"));
});

test("when the server ends nothing is left", () => {
    const previews = new Previews();
    previews.take(partial("x"));
    assert.deepEqual(previews.clear(), ["file:///a.py"]);
    assert.deepEqual(lines(previews), []);
});

const strings: readonly (readonly [string, string])[] = [
    ["x = f(1)", '"x = f(1)"'],
    ["a\nb", '"a\\a b"'],
    ["\tx", '"  x"'],
    ['"\\', '"\\22 \\5c "'],
    ["a'b", '"a\\27 b"'],
    ["{;}", '"\\7b \\3b \\7d "'],
    ["</style>", '"\\3c /style\\3e "'],
    ["ä🙂", '"\\e4 \\1f642 "'],
];
for (const [text, expected] of strings) {
    test(`${JSON.stringify(text)} as a CSS string`, () => {
        assert.equal(cssString(text, 2), expected);
    });
}

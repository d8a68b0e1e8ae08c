import assert from "node:assert/strict";
import { test } from "node:test";
import { after, type Change, type Shown } from "../../src/decide/accepted";

function shown(insertText: string, there = 0): Shown {
    return { number: 7, uri: "file:///a.py", insertText, there, cursor: 100 };
}

function put(text: string, offset = 100, removed = 0): Change {
    return { text, offset, removed };
}

/** What of the suggestion is there afterwards (`null` if it is gone), and what was told. */
const table: readonly (readonly [string, Shown, readonly Change[], number | null, number | undefined])[] = [
    ["a key", shown("hello there"), [put("h")], 1, undefined],
    ["a word", shown("hello there"), [put("hello")], 5, 5],
    ["a word after what was typed", shown("hello there", 2), [put("llo")], 5, 5],
    ["two code units are a word", shown("if x"), [put("if")], 2, 2],
    ["a line", shown("a = 1\nb = 2"), [put("a = 1\n")], 6, 6],
    ["all of it", shown("hello"), [put("hello")], null, 5],
    ["another key", shown("hello"), [put("x")], null, undefined],
    ["a key elsewhere", shown("hello"), [put("h", 99)], null, undefined],
    ["a key in place of something", shown("hello"), [put("h", 100, 1)], null, undefined],
    ["two changes at once", shown("hello"), [put("he"), put("he", 200)], null, undefined],
    ["no change", shown("hello"), [], 0, undefined],
    ["what goes away", shown("hello"), [put("", 99, 1)], null, undefined],
    ["a bracket that the editor closes", shown("()"), [put("()")], null, undefined],
    ["a bracket that it closes in the middle", shown("() + 1"), [put("()")], 2, undefined],
    ["Enter with its indentation", shown("\n    x = 1"), [put("\n    ")], 5, undefined],
    ["the document's line ends", shown("a = 1\nb = 2"), [put("a = 1\r\nb")], 7, 7],
    ["the suggestion's line ends", shown("a = 1\r\nb = 2"), [put("a = 1\nb")], 8, 8],
    ["longer than the suggestion", shown("he"), [put("hello")], null, undefined],
];
for (const [name, before, changes, there, told] of table) {
    test(`after ${name}`, () => {
        const outcome = after(before, changes);
        assert.equal(outcome.shown === undefined ? null : outcome.shown.there, there);
        assert.equal(outcome.acceptedLength, told);
    });
}

test("a word after a word is told with the first", () => {
    const first = after(shown("one two three"), [put("one ")]);
    assert.ok(first.shown);
    const second = after(first.shown, [put("two ", first.shown.cursor)]);
    assert.equal(second.acceptedLength, 8);
    assert.equal(second.shown?.cursor, 108);
});

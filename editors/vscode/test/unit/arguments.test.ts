import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { argument, COMMANDS, type Place, type Shape } from "../../src/decide/arguments";

const uri = "file:///a.py";
const position = { line: 3, character: 4 };
const selection = { start: { line: 1, character: 0 }, end: position };
const place: Place = { uri, position, selection: undefined };
/** What a menu gives: a `vscode.Uri`, which is an object without `uri`. */
const resource = { scheme: "file", path: "/a.py" };

const table: readonly (readonly [string, Shape, readonly unknown[], Place | undefined, object | undefined])[] = [
    ["from the palette", "turn", [], place, { uri, position }],
    ["from a menu", "turn", [resource], place, { uri, position }],
    ["from a lens, as it is", "turn", [{ uri: "file:///b.py", lines: 3 }], place, { uri: "file:///b.py", lines: 3 }],
    ["from a lens without an editor", "turn", [{ uri }], undefined, { uri }],
    ["without an editor", "turn", [], undefined, undefined],
    ["of a document", "document", [], place, { uri }],
    ["of a selection", "document", [], { ...place, selection }, { uri, range: selection }],
    ["with those that follow", "following", [], place, { uri, position, following: true }],
    ["the next", "next", [], place, { uri, position, index: "next" }],
    ["the previous", "previous", [], place, { uri, position, index: "previous" }],
    ["of a lens that names an index", "next", [{ uri, position, index: 2 }], place, { uri, position, index: 2 }],
    ["everywhere", "none", [], undefined, {}],
    ["null", "turn", [null], place, { uri, position }],
];
for (const [name, shape, given, where, expected] of table) {
    test(`the argument of a command ${name}`, () => {
        assert.deepEqual(argument(shape, given, where), expected);
    });
}

test("every command on turns is in the palette", () => {
    const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
        contributes: { commands: { command: string; title: string }[]; menus: Record<string, { command?: string }[]> };
    };
    const listed = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual(
        COMMANDS.filter(({ id }) => !listed.includes(id)),
        [],
    );
    const used = Object.values(manifest.contributes.menus).flatMap((items) => items.map(({ command }) => command));
    assert.deepEqual(
        used.filter((command) => command !== undefined && !listed.includes(command)),
        [],
    );
});

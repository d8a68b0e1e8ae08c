import assert from "node:assert/strict";
import { test } from "node:test";
import { enabled, languages, userOptions, workspaceOptions, type Layers } from "../../src/decide/options";

const OPTIONS = [
    { name: "model", userOnly: true },
    { name: "trusted", userOnly: true },
    { name: "inline.maxTokens", userOnly: false },
    { name: "inline.minConfidence", userOnly: false },
    { name: "synthesis.verify", userOnly: false },
];

function inspector(layers: Readonly<Record<string, Layers>>): (name: string) => Layers | undefined {
    return (name) => layers[name];
}

const everywhere = inspector({
    model: { defaultValue: "builtin", globalValue: "/mine.gguf", workspaceValue: "/theirs.gguf" },
    trusted: { defaultValue: false, globalValue: true, workspaceFolderValue: true },
    "inline.maxTokens": { defaultValue: 128, globalValue: 64, workspaceValue: 32, workspaceFolderValue: 16 },
    "inline.minConfidence": { defaultValue: 0.15, globalValue: null },
    "synthesis.verify": { defaultValue: "parse", workspaceValue: "run" },
});

test("the user's settings start the server, defaults and a workspace's do not", () => {
    assert.deepEqual(userOptions(OPTIONS, everywhere, true), {
        model: "/mine.gguf",
        trusted: true,
        inline: { maxTokens: 64, minConfidence: null },
    });
});

test("in a workspace that is not trusted no program is trusted", () => {
    assert.equal(userOptions(OPTIONS, everywhere, false)["trusted"], false);
    assert.deepEqual(
        userOptions(OPTIONS, () => undefined, false),
        { trusted: false },
    );
    assert.deepEqual(
        userOptions(OPTIONS, () => undefined, true),
        {},
    );
});

test("a workspace's settings hold nothing that is the user's alone, nor the user's own", () => {
    assert.deepEqual(workspaceOptions(OPTIONS, everywhere), {
        inline: { maxTokens: 16 },
        synthesis: { verify: "run" },
    });
});

const map = (entries: Record<string, boolean>): Record<string, boolean> => entries;
const table: readonly (readonly [string, Layers | undefined, string, boolean])[] = [
    ["nothing is set", undefined, "python", true],
    ["all", { globalValue: map({ "*": true }) }, "python", true],
    ["none", { globalValue: map({ "*": false }) }, "python", false],
    ["one language against all", { globalValue: map({ "*": false, python: true }) }, "python", true],
    ["one language less", { globalValue: map({ python: false }) }, "python", false],
    ["another language less", { globalValue: map({ python: false }) }, "cython", true],
    [
        "a workspace takes away",
        { globalValue: map({ python: true }), workspaceValue: map({ "*": false }) },
        "python",
        false,
    ],
    ["a folder takes away", { workspaceFolderValue: map({ python: false }) }, "python", false],
    [
        "a workspace gives nothing",
        { globalValue: map({ python: false }), workspaceValue: map({ python: true }) },
        "python",
        false,
    ],
    ["no map", { globalValue: "yes" }, "python", true],
    ["a name that every object has", { globalValue: map({ "*": false }) }, "constructor", false],
];
for (const [name, layers, language, expected] of table) {
    test(`codegen.enable: ${name}`, () => {
        assert.equal(enabled(layers, language), expected);
    });
}

test("the languages are those of both settings, each once", () => {
    assert.deepEqual(languages(inspector({ languages: { defaultValue: ["python", "py"] } })), ["python", "py"]);
    const set = inspector({
        languages: { globalValue: ["python", 7], workspaceValue: ["cython"] },
        "inline.languages": { globalValue: ["go", "cython"] },
    });
    assert.deepEqual(languages(set), ["cython", "go"]);
});

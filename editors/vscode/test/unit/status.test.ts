import assert from "node:assert/strict";
import { test } from "node:test";
import { menu, view, type Facts } from "../../src/decide/status";
import type { Status } from "../../src/protocol";

const ready: Status = {
    busy: false,
    kind: "Normal",
    message: "",
    model: "tiny",
    device: "CPU",
    layers: { gpu: 0, all: 3 },
    percent: null,
};
const loading: Status = { ...ready, busy: true, message: "loading the model builtin", model: "builtin", device: null };
const facts: Facts = { server: { kind: "running" }, status: ready, snoozedUntil: undefined, off: undefined };

function of(more: Partial<Status>): Facts {
    return { ...facts, status: { ...ready, ...more } };
}

/** The text, the detail, the severity and whether it is busy. */
const table: readonly (readonly [string, Facts, string, string, string, boolean])[] = [
    ["ready", facts, "CodeGen: ready", "tiny on the CPU", "information", false],
    [
        "on a GPU",
        of({ device: "CUDA0", layers: { gpu: 2, all: 3 } }),
        "CodeGen: ready",
        "tiny on CUDA0, 2 of 3 layers",
        "information",
        false,
    ],
    [
        "loading",
        { ...facts, status: { ...loading, percent: 42 } },
        "CodeGen: loading 42 %",
        "builtin",
        "information",
        true,
    ],
    ["loading, who knows how far", { ...facts, status: loading }, "CodeGen: loading", "builtin", "information", true],
    ["suggesting", of({ busy: true }), "CodeGen: suggesting", "tiny on the CPU", "information", true],
    [
        "writing",
        of({ busy: true, message: "writing code" }),
        "CodeGen: writing code",
        "tiny on the CPU",
        "information",
        true,
    ],
    ["off", { ...facts, off: "python" }, "CodeGen: off for python", "the setting codegen.enable", "information", false],
    [
        "snoozed",
        { ...facts, snoozedUntil: "12:30" },
        "CodeGen: snoozed",
        "until 12:30; suggestions you ask for still come",
        "information",
        false,
    ],
    [
        "inactive",
        of({ kind: "Inactive", message: "too large" }),
        "CodeGen: inactive",
        "too large",
        "information",
        false,
    ],
    ["out of step", of({ kind: "Warning", message: "reopen it" }), "CodeGen: attention", "reopen it", "warning", false],
    [
        "without a model",
        of({ kind: "Error", message: "no such file", model: null, device: null }),
        "CodeGen: no model",
        "no such file (the menu lets you choose another)",
        "error",
        false,
    ],
    ["before it says anything", { ...facts, status: undefined }, "CodeGen: starting", "", "information", true],
    [
        "starting",
        { ...facts, server: { kind: "starting" }, status: undefined },
        "CodeGen: starting",
        "",
        "information",
        true,
    ],
    [
        "after a crash",
        { ...facts, server: { kind: "waiting" }, status: undefined },
        "CodeGen: starting again",
        "the server had ended",
        "warning",
        true,
    ],
    [
        "missing",
        { ...facts, server: { kind: "missing" } },
        "CodeGen: no server",
        "there is no codegen-lsp; the menu says how to get it",
        "error",
        false,
    ],
    [
        "failed",
        { ...facts, server: { kind: "failed", reason: "four times" } },
        "CodeGen: failed",
        "four times",
        "error",
        false,
    ],
    [
        "stopped",
        { ...facts, server: { kind: "stopped" } },
        "CodeGen: stopped",
        "the server does not run",
        "warning",
        false,
    ],
];
for (const [name, given, text, detail, severity, busy] of table) {
    test(`the status ${name}`, () => {
        assert.deepEqual(view(given), { text, detail, severity, busy });
    });
}

function commands(given: Facts, served = true): string[] {
    const language = served ? "python" : undefined;
    return menu({ ...given, language, eagerness: "eager" }).map(({ command }) => command.slice("codegen.".length));
}

test("the menu of a server that runs", () => {
    assert.deepEqual(commands(facts), [
        "toggle",
        "snooze",
        "setEagerness",
        "chooseModel",
        "why",
        "statistics",
        "restart",
        "showLog",
        "openSettings",
    ]);
});

test("the menu begins with what helps", () => {
    const stop = { title: "Stop writing code", command: "codegen.cancel" };
    assert.equal(commands(of({ command: stop }))[0], "cancelAll");
    assert.equal(commands(of({ kind: "Error" }))[0], "chooseModel");
    assert.deepEqual(commands({ ...facts, server: { kind: "missing" } }).slice(0, 2), ["restart", "openSettings"]);
    assert.equal(commands(of({ kind: "Error" })).filter((command) => command === "chooseModel").length, 1);
});

test("the menu outside of the languages that are served", () => {
    const listed = commands(facts, false);
    assert.ok(!listed.includes("toggle") && !listed.includes("why"));
});

test("a snooze can be ended", () => {
    const entries = menu({ ...facts, snoozedUntil: "12:30", language: "python", eagerness: "eager" });
    assert.deepEqual(entries.find(({ command }) => command === "codegen.snooze")?.arguments, [{ minutes: 0 }]);
});

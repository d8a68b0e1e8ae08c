// Code from comments, by the built-in model: with lenses, the palette, actions and keys, and what is typed meanwhile.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { Session } from "./lib/session.ts";
import { until } from "./lib/wait.ts";
import type { Window } from "./lib/window.ts";
import type { Run } from "./lib/wire.ts";

const NUMBERS = "# Assign the list [3, 8, 1, 12, 7] to a variable named numbers.";
const SORT = "# Sort numbers in descending order.";
const PRINT = "# Print numbers.";
const THREE = [NUMBERS, "", SORT, "", PRINT, ""].join("\n");

let session: Session;
before(async () => (session = await Session.start("turns")));
afterEach(async () => {
    await session.closeWindows();
    session.server.reset();
});
after(() => session?.stop());

async function opened(text: string): Promise<{ window: Window; run: Run }> {
    const { window, run } = await session.ready({ "a.py": text });
    await window.waitFor("a lens", () => window.lenses(), /./);
    return { window, run };
}

/** The code below a prompt, up to the next one. */
function below(run: Run, prompt: string): string {
    const lines = (run.text("a.py") ?? "").split("\n");
    const start = lines.indexOf(prompt) + 1;
    const end = lines.findIndex((line, index) => index >= start && line.startsWith("#"));
    return lines
        .slice(start, end < 0 ? undefined : end)
        .join("\n")
        .trim();
}

function written(run: Run): number {
    return [NUMBERS, SORT, PRINT].filter((prompt) => below(run, prompt) !== "").length;
}

function escaped(text: string): string {
    return text.replace(/[^\w\s]/g, "\\$&");
}

function buffer(run: Run, text: string): Promise<boolean> {
    return until(
        "the text in the buffer",
        () => run.text("a.py") === text,
        () => [run.text("a.py"), text],
    );
}

test("a lens writes the code for its prompt, and undo takes it back in one step", async () => {
    const { window, run } = await opened(`${NUMBERS}\n`);
    await window.clickLens(/^Write code/);
    const answer = await run.answer("codegen.synthesize");
    assert.equal(answer.outcome, "done", JSON.stringify(answer));
    assert.match(below(run, NUMBERS), /^numbers = /);
    await window.waitFor("the lenses of written code", () => window.lenses(), /^Regenerate/);
    await window.focus();
    await window.keys("Control+z");
    await buffer(run, `${NUMBERS}\n`);
});

test("from the palette all turns are written, each an undo step of its own", async () => {
    const { window, run } = await opened(THREE);
    await window.picture("lenses");
    await window.command("codegen.synthesizeAll");
    const answer = await run.answer("codegen.synthesizeAll");
    assert.equal(answer.outcome, "done", JSON.stringify(answer));
    assert.equal(answer.turns.length, 3);
    assert.equal(written(run), 3);
    await until(
        "the lenses of written code",
        async () => (await window.lenses()).filter((title) => title === "generated").length === 3,
        () => window.lenses(),
    );
    await window.picture("turns");
    await window.focus();
    for (const left of [2, 1, 0]) {
        await window.keys("Control+z");
        await until(
            `${left} turns`,
            () => written(run) === left,
            () => run.text("a.py"),
        );
    }
    assert.equal(run.text("a.py"), THREE);
});

test("an action on a selection writes the turns that are in it", async () => {
    const { window, run } = await opened(THREE);
    await window.focus("ArrowDown", "ArrowDown", "Shift+Control+End");
    const action = window.page
        .locator(".action-widget .action-item, .action-widget .monaco-list-row")
        .filter({ hasText: "2 empty prompts" });
    // A menu that VS Code has opened before it knew of the selection is closed and opened again.
    await until("the action", async () => {
        await window.keys("Control+.");
        const there = await action.waitFor({ timeout: 5_000 }).then(
            () => true,
            () => false,
        );
        return there || window.keys("Escape").then(() => false);
    });
    await action.click();
    const answer = await run.answer("codegen.synthesizeAll");
    assert.equal(answer.turns.length, 2, JSON.stringify(answer));
    assert.equal(below(run, NUMBERS), "");
    assert.equal(written(run), 2);
});

test("what is typed elsewhere while code is generated stays, and the code goes to its place", async () => {
    // Not below the prompt: code there would be taken for the prompt's own.
    const { window, run } = await opened(`print(1)\n\n${NUMBERS}\n`);
    await window.focus("ArrowDown", "ArrowDown");
    await run.atOnce(async () => {
        // Not by its lens: VS Code takes lenses away while the server does not answer.
        await window.command("codegen.synthesize");
        await run.waitFor("the command", (said) => said.method === "codegen.synthesize");
        await window.focus("End");
        await window.type("; x = 2");
        await buffer(run, `print(1); x = 2\n\n${NUMBERS}\n`);
    });
    const answer = await run.answer("codegen.synthesize");
    assert.equal(answer.outcome, "done", JSON.stringify(answer));
    assert.match(run.text("a.py")!, /^print\(1\); x = 2\n\n# Assign[^\n]*\nnumbers = /);
});

test("a prompt that is changed while its code is generated gets none, and the user is told", async () => {
    const { window, run } = await opened(`${NUMBERS}\n`);
    // The code is on its way to the editor when the prompt is changed.
    await run.hold("workspace/applyEdit");
    await window.clickLens(/^Write code/);
    await run.waitFor("the edit", (said) => said.to === "client" && said.method === "workspace/applyEdit");
    await window.focus("End");
    await window.type(" Now");
    await buffer(run, `${NUMBERS} Now\n`);
    await run.hold();
    const answer = await run.answer("codegen.synthesize");
    assert.ok(["dropped", "not applied"].includes(answer.outcome), JSON.stringify(answer));
    assert.equal(run.text("a.py"), `${NUMBERS} Now\n`);
    await window.waitFor("the message", () => window.messages(), new RegExp(escaped(answer.message.slice(0, 20))));
});

test("code shows while it is written, and can be cancelled", async () => {
    const { window, run } = await opened(THREE);
    await run.hold("codegen/partial done", "workspace/applyEdit");
    await window.command("codegen.synthesizeAll");
    await window.waitFor("a preview", () => window.decorations(), /numbers/);
    await window.waitFor("a lens to cancel it", () => window.lenses(), /^Cancel/);
    await window.picture("preview");
    await window.clickLens(/^Cancel/);
    await run.waitFor("the cancellation", (said) => said.answer && said.method === "codegen.cancel");
    await run.hold();
    const answer = await run.answer("codegen.synthesizeAll");
    assert.equal(answer.outcome, "cancelled", JSON.stringify(answer));
    await until(
        "the preview to go",
        async () => !(await window.decorations()).some((text) => text.includes("numbers")),
    );
    assert.ok(written(run) <= 1);
});

test("candidates are gone through by key, each shown in its place, and one is written", async () => {
    session.server.configure({ user: { "codegen.synthesis.temperature": 1.2, "codegen.synthesis.maxTokens": 24 } });
    const text = `numbers = [3, 8, 1]\n\n${SORT}\n`;
    const { window, run } = await opened(text);
    await window.focus("ArrowDown", "ArrowDown");
    await window.command("codegen.candidates");
    const { candidates } = await run.answer("codegen.candidates");
    assert.ok(candidates.length > 1, JSON.stringify(candidates));
    const rows = () => window.texts(".quick-input-widget .monaco-list-row");
    await until("all candidates", async () => (await rows()).length === candidates.length, rows);
    await window.picture("candidates");
    const shown = () => window.texts(".modified-in-monaco-diff-editor .view-line");
    await window.keys("ArrowDown");
    await window.waitFor(
        "the second one in the editor",
        shown,
        new RegExp(`^${escaped(candidates[1].text.trim().split("\n")[0])}$`),
    );
    const chosen = candidates[1].text.trim() as string;
    await window.keys("Enter");
    await until(
        "the candidate in the buffer",
        () => below(run, SORT) === chosen,
        () => [run.text("a.py"), chosen],
    );
});

test("a list of candidates that is left changes nothing", async () => {
    const text = `numbers = [3, 8, 1]\n\n${SORT}\n`;
    const { window, run } = await opened(text);
    await window.focus("ArrowDown", "ArrowDown");
    await window.command("codegen.candidates");
    await run.answer("codegen.candidates");
    await window.page.locator(".quick-input-widget .monaco-list-row").first().waitFor();
    await window.keys("Escape");
    await window.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    assert.equal(run.text("a.py"), text);
});

test("edited and stale turns are marked, and the explanation is a document of its own", async () => {
    const { window, run } = await opened(THREE);
    await window.command("codegen.synthesizeAll");
    assert.equal((await run.answer("codegen.synthesizeAll")).outcome, "done");
    await window.focus("ArrowDown", "End");
    await window.type("  # mine");
    await window.waitFor("a lens that says so", () => window.lenses(), /^edited by hand/);
    await window.waitFor("a stale turn", () => window.lenses(), /^stale/);
    await window.picture("marks");
    await window.focus();
    await window.command("codegen.explainTurn");
    const answer = await run.answer("codegen.explainTurn");
    await window.page.locator(".tab").nth(1).waitFor();
    await window.waitFor("the explanation", () => window.screen(), /explained/i);
    await window.picture("explanation");
    assert.equal(answer.prompt, PRINT.slice(2));
});

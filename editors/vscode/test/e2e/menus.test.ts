// What is there besides suggestions and prompts: the language status and its menu, the context menu, and the walkthrough.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { Session } from "./lib/session.ts";
import { until } from "./lib/wait.ts";
import type { Window } from "./lib/window.ts";

const POINT = "class Point:\n    def __init__(self, name, value):\n        self.name =";
const REQUEST = "textDocument/inlineCompletion";

let session: Session;
before(async () => (session = await Session.start("menus")));
afterEach(async () => {
    await session.closeWindows();
    session.server.reset();
});
after(() => session?.stop());

/** Opens the status item's menu, and returns its entries. */
async function menu(window: Window): Promise<string[]> {
    await window.command("codegen.menu");
    await window.page
        .locator(".quick-input-title")
        .filter({ hasText: /^CodeGen$/ })
        .waitFor();
    // Their icons are followed by a space.
    return (await window.texts(".quick-input-list .monaco-list-row .label-name")).map((label) => label.trim());
}

test("the language status says which model runs, and its menu snoozes suggestions and ends that", async () => {
    const { window, run } = await session.ready({ "a.py": `${POINT} ` });
    await window.page.locator(".statusbar-item[id='status.languageStatus']").click();
    const status = window.page.locator(".hover-language-status");
    await status.filter({ hasText: "CodeGen: ready" }).waitFor();
    await window.picture("status");
    await window.keys("Escape");
    await window.focus();
    await menu(window);
    await window.picture("menu-of-status");
    await window.choose(/Snooze suggestions/);
    await window.choose(/\b5 minutes/);
    assert.deepEqual(await run.answer("codegen.snooze"), { seconds: 300 });
    let from = run.said.length;
    await window.focus();
    await window.type(" ");
    assert.equal(await run.answer(REQUEST, from), null);
    assert.equal(await window.ghost(), "");
    // Those that are asked for still come.
    await window.keys("Backspace", "Alt+\\");
    await window.waitForGhost();
    await window.keys("Escape");
    assert.ok((await menu(window)).some((entry) => entry.startsWith("End the snooze")));
    from = run.said.length;
    await window.choose(/End the snooze/);
    assert.deepEqual(await run.answer("codegen.snooze", from), { seconds: 0 });
    await window.focus();
    await window.type("n");
    await window.waitForGhost();
});

test("the menu sets the eagerness, shows the statistics and the log", async () => {
    const { window, run } = await session.ready({ "a.py": `${POINT} ` });
    await window.focus();
    await menu(window);
    await window.choose(/Set the eagerness/);
    let from = run.said.length;
    await window.choose(/onDemand/);
    const told = await run.waitFor("the options", (said) => said.method === "codegen/userOptions", from);
    assert.deepEqual(told.message.params.settings.inline, { eagerness: "onDemand" });
    from = run.said.length;
    await window.focus();
    await window.type("n");
    assert.equal(await run.answer(REQUEST, from), null);
    await menu(window);
    await window.choose(/Show statistics/);
    await window.waitFor("the statistics", () => window.screen(), /^What suggestions are worth/);
    await window.picture("statistics");
    await menu(window);
    await window.choose(/Show the log/);
    await window.waitFor("the log", () => window.texts(".output-view .view-line"), /the server runs, as process/);
    await window.picture("log");
});

test("the editor's context menu has the commands for a prompt", async () => {
    const { window, run } = await session.ready({ "a.py": "# Print numbers.\n" });
    await window.waitFor("a lens", () => window.lenses(), /./);
    const submenu = window.page.getByRole("menuitem", { name: "CodeGen" });
    const entry = window.page.getByRole("menuitem", { name: "Explain the Prompt at the Cursor" });
    const chosen = window.page.locator("li.action-item.focused").filter({ hasText: "CodeGen" });
    // By keys: where the mouse rests already it chooses nothing, and a click that comes late closes what it has opened. A menu
    // closes by itself when another part of the window takes the focus, as one that is drawn late may do.
    await until("the submenu", async () => {
        if (!(await submenu.isVisible())) {
            await window.focus("End");
            await window.keys("Shift+F10");
            await submenu.waitFor({ timeout: 10_000 }).catch(() => undefined);
        }
        for (let entries = 0; entries < 12 && (await chosen.count()) === 0; entries += 1) {
            await window.keys("ArrowDown");
        }
        await window.keys("ArrowRight");
        await entry.waitFor({ timeout: 10_000 }).catch(() => undefined);
        if (await entry.isVisible()) {
            return true;
        }
        await window.keys("Escape", "Escape");
        return false;
    });
    await window.picture("context-menu");
    await entry.click();
    assert.equal((await run.answer("codegen.explainTurn")).prompt, "Print numbers.");
});

test("the walkthrough opens a new Python file, in which a suggestion ends its first step", async () => {
    const { window, run } = await session.ready({ "a.py": "" });
    await window.command("codegen.openWalkthrough");
    const step = window.page.locator(".getting-started-step").filter({ hasText: "See a suggestion" });
    await step.waitFor();
    await window.picture("walkthrough");
    await step.getByRole("button", { name: "Open a Python File" }).click();
    await run.waitFor(
        "the new file",
        ({ method, message }) =>
            method === "textDocument/didOpen" && message.params.textDocument.uri.startsWith("untitled:"),
    );
    await window.focus();
    await window.type("import json\n");
    await window.type("with open(path) as ");
    const ghost = await window.waitForGhost();
    await window.picture("untitled");
    await window.keys("Tab");
    await until("the accepted text", () => run.text("Untitled-1")?.endsWith(`with open(path) as ${ghost}`));
    await window.page.locator(".tab").filter({ hasText: "Welcome" }).click();
    await step.locator("[role=checkbox][aria-checked=true]").waitFor();
});

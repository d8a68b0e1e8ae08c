// Suggestions while typing, by the built-in model: what a person sees of them, and what the keys of VS Code do with them.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { Session } from "./lib/session.ts";
import { until } from "./lib/wait.ts";
import type { Window } from "./lib/window.ts";
import type { Run } from "./lib/wire.ts";

const POINT = "class Point:\n    def __init__(self, name, value):\n        self.name =";
const SETTINGS = "import json\n\n\ndef load_settings(path):\n    with open(path) as file:\n       ";
const AREA = [
    "class Rectangle:",
    "    def __init__(self, width, height):",
    "        self.width = width",
    "        self.height = height",
    "",
    "    def area(self):",
    "        return",
].join("\n");
const REQUEST = "textDocument/inlineCompletion";

let session: Session;
before(async () => (session = await Session.start("suggestions")));
afterEach(async () => {
    await session.closeWindows();
    session.server.reset();
});
after(() => session?.stop());

/** Opens a file that ends at the cursor, types, and waits for the ghost text. */
async function typed(text: string, keys: string): Promise<{ window: Window; run: Run; ghost: string; before: string }> {
    const { window, run } = await session.ready({ "a.py": text });
    await window.focus();
    await window.type(keys);
    const ghost = await window.waitForGhost();
    return { window, run, ghost, before: text + keys };
}

/** Waits until the buffer has this text. */
function buffer(run: Run, text: string): Promise<boolean> {
    return until(
        "the text in the buffer",
        () => run.text("a.py") === text,
        () => [run.text("a.py"), text],
    );
}

test("ghost text appears, Tab inserts exactly that, the server counts it, and undo takes one step", async () => {
    const { window, run, ghost, before } = await typed(SETTINGS, " ");
    await window.picture("suggestion");
    await window.keys("Tab");
    await buffer(run, before + ghost);
    await run.waitFor("the acceptance", (said) => said.to === "client" && said.method === "codegen.accepted");
    assert.equal(run.count("codegen.accepted", "server"), 1);
    await window.keys("Control+z");
    await buffer(run, before);
});

test("what is typed through is taken off the ghost text, and asks for nothing that was not shown", async () => {
    const { window, run, ghost, before } = await typed(SETTINGS, " ");
    const line = ghost.split("\n")[0]!;
    for (let count = 1; count < Math.min(line.length, 4); count += 1) {
        await window.type(line[count - 1]!);
        await window.waitForGhost(
            `the rest of ${ghost}`,
            (text) => text.startsWith(line.slice(count)) && !text.startsWith(line),
        );
        await buffer(run, before + line.slice(0, count));
    }
});

test("Ctrl+Right takes a word of it, and the rest stays", async () => {
    const { window, run, ghost, before } = await typed(SETTINGS, " ");
    await window.keys("Control+ArrowRight");
    const taken = await until("a word in the buffer", () => {
        const text = run.text("a.py") ?? "";
        return text !== before && text.slice(before.length);
    });
    assert.ok(ghost.startsWith(taken) && taken.length < ghost.length, `${taken} is a part of ${ghost}`);
    const told = await run.waitFor(
        "the part that was taken",
        (said) => said.method === "textDocument/didPartiallyAcceptCompletion",
    );
    assert.ok(told.message.params.acceptedLength >= taken.length, JSON.stringify(told.message));
    await window.waitForGhost("the rest", (text) =>
        ghost.slice(taken.length).trimStart().startsWith(text.split("\n")[0]!.trimStart()),
    );
});

test("Alt+] shows another one, Alt+[ the one before", async () => {
    const { window, run, ghost } = await typed(AREA, " ");
    const from = run.said.length;
    await window.keys("Alt+]");
    const asked = await run.waitFor(
        "a request by hand",
        (said) => said.to === "server" && said.method === REQUEST && said.message.params.context.triggerKind === 1,
        from,
    );
    const answer = await run.waitFor("its answer", (said) => said.answer && said.message.id === asked.message.id, from);
    assert.ok(answer.message.result.items.length > 1, "there are several");
    await window.waitForGhost("another one", (text) => text !== ghost);
    await window.keys("Alt+[");
    await window.waitForGhost("the one before", (text) => text === ghost);
});

test("Alt+\\ asks for one by hand", async () => {
    const { window, run } = await session.ready({ "a.py": `${POINT} ` });
    await window.focus();
    const from = run.said.length;
    await window.keys("Alt+\\");
    await run.waitFor(
        "a request by hand",
        (said) => said.to === "server" && said.method === REQUEST && said.message.params.context.triggerKind === 1,
        from,
    );
    await window.waitForGhost();
});

test("Esc takes it away, and leaves the text as it was", async () => {
    const { window, run, before } = await typed(POINT, " ");
    await window.keys("Escape");
    await until("the ghost text to go", async () => (await window.ghost()) === "");
    assert.equal(run.text("a.py"), before);
    assert.equal(run.count("codegen.accepted"), 0);
});

test("within brackets that the editor has closed, the code stays whole", async () => {
    const { window, run } = await typed(
        'words = ["banana", "kiwi"]\nlengths = {word: len(word) for word in words}\n',
        "print(",
    );
    const ghost = await window.ghost();
    await window.picture("bracket");
    await window.keys("Tab");
    await until("the accepted text", () => run.count("codegen.accepted", "client") > 0);
    const line = run.text("a.py")!.split("\n")[2]!;
    assert.equal(line.split("(").length, line.split(")").length, `${line}, with ${ghost}`);
});

test("with the menu open, the suggestion goes on from its entry", async () => {
    session.server.configure({ user: { "editor.wordBasedSuggestions": "currentDocument" } });
    const { window, run } = await session.ready({
        "a.py": "class Point:\n    def __init__(self, name, value):\n        self.name = name\n        self.value = ",
    });
    await window.focus();
    await window.type("val");
    await window.keys("Control+Space");
    await window.page.waitForSelector(".suggest-widget.visible .monaco-list-row.focused");
    const asked = await run.waitFor(
        "a request with the entry",
        (said) =>
            said.to === "server" && said.method === REQUEST && !!said.message.params.context.selectedCompletionInfo,
    );
    const entry = asked.message.params.context.selectedCompletionInfo.text as string;
    const ghost = await window.waitForGhost();
    await window.picture("menu");
    assert.ok(`val${ghost}`.startsWith(entry), `val${ghost} goes on from ${entry}`);
});

test("a notebook's cells get suggestions, as any other document", async () => {
    const cell = (source: string) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });
    const notebook = {
        cells: [cell("import json"), cell(POINT)],
        metadata: { language_info: { name: "python" } },
        nbformat: 4,
        nbformat_minor: 2,
    };
    const { window, run } = await session.ready({ "a.py": "", "n.ipynb": JSON.stringify(notebook) });
    await window.page.locator(".explorer-folders-view .monaco-list-row").filter({ hasText: "n.ipynb" }).dblclick();
    await run.ready("n.ipynb");
    await window.page.locator(".notebookOverlay .code .view-line").filter({ hasText: "self.name" }).click();
    await window.keys("Control+End");
    await window.type(" ");
    const ghost = await window.waitForGhost();
    await window.picture("notebook");
    await window.keys("Tab");
    await until("the accepted text", () => run.cells("n.ipynb").includes(`${POINT} ${ghost}`));
});

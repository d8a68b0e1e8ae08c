// The server as VS Code runs it: killed and back, with settings that change or are wrong, for two windows.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { Session } from "./lib/session.ts";
import { until } from "./lib/wait.ts";

const POINT = "class Point:\n    def __init__(self, name, value):\n        self.name =";
const MODEL = join(import.meta.dirname, "../../../../fixtures/models/builtin.gguf");

/** `codegen/status`, as far as it is looked at. */
interface Status {
    kind: string;
    message: string;
    device: string | null;
}

let session: Session;
before(async () => (session = await Session.start("server")));
afterEach(async () => {
    await session.closeWindows();
    session.server.reset();
});
after(() => session?.stop());

test("a server that is killed comes back, and suggests again", async () => {
    const { window, run } = await session.ready({ "a.py": POINT });
    const runs = session.wire.runs.length;
    await window.focus();
    await window.type(" ");
    await window.waitForGhost();
    process.kill(run.pid, "SIGKILL");
    const next = await session.wire.run(runs);
    await next.ready("a.py");
    assert.equal(next.text("a.py"), `${POINT} `, "it is told of the text as it is now");
    await window.type("n");
    const ghost = await window.waitForGhost();
    await window.keys("Tab");
    await until("the accepted text", () => next.text("a.py") === `${POINT} n${ghost}`);
    assert.deepEqual(await window.messages(), [], "the user was not bothered");
});

test("a server that ends again and again is left alone, and the user is told where its log is", async () => {
    const runs = session.wire.runs.length;
    const { window, run } = await session.ready({ "a.py": POINT });
    let last = run;
    for (let start = 1; start <= 3; start += 1) {
        process.kill(last.pid, "SIGKILL");
        last = await session.wire.run(runs + start);
        await last.ready("a.py");
    }
    process.kill(last.pid, "SIGKILL");
    await window.waitFor("the message", () => window.messages(), /CodeGen's server has ended four times/);
    await window.picture("server-failed");
    await window.clickMessage("Restart");
    const again = await session.wire.run(runs + 4);
    await again.ready("a.py");
});

test("a wrong setting is told once, by its name, and the others count", async () => {
    session.server.configure({ machine: { "codegen.synthesis.maxTokens": -5, "codegen.synthesis.codeLens": "off" } });
    const { window, run } = await session.ready({ "a.py": "# Print numbers.\n" });
    const named = (text: string) => text.includes("synthesis.maxTokens");
    await window.waitFor("the message", () => window.messages(), /synthesis\.maxTokens/);
    await window.picture("wrong-setting");
    const from = run.said.length;
    await window.focus();
    await window.type("x");
    // By the answer to a request that was sent later everything has been said.
    await run.answer("textDocument/inlineCompletion", from);
    assert.equal((await window.messages()).filter(named).length, 1);
    assert.deepEqual(await window.lenses(), []);
});

test("another model is loaded once the setting names it, by the server that runs", async () => {
    const { window, run } = await session.ready({ "a.py": POINT });
    const runs = session.wire.runs.length;
    const told = (what: string, from: number, fits: (status: Status) => boolean) =>
        run.waitFor(what, (said) => said.method === "codegen/status" && fits(said.message.params), from);
    const missing = join(session.server.folder, "none.gguf");
    let from = run.said.length;
    session.server.configure({ machine: { "codegen.model": missing } });
    const options = await run.waitFor("the options", (said) => said.method === "codegen/userOptions", from);
    assert.equal(options.message.params.settings.model, missing);
    await told("the error", from, ({ kind, message }) => kind === "Error" && message.includes("none.gguf"));
    await window.waitFor("the message", () => window.messages(), /none\.gguf/);
    await window.picture("no-model");
    from = run.said.length;
    session.server.configure({ machine: { "codegen.model": MODEL } });
    await told("the other model", from, ({ kind, device }) => kind === "Normal" && device !== null);
    await window.focus();
    await window.type(" ");
    await window.waitForGhost();
    assert.equal(session.wire.runs.length, runs, "no other server was started");
});

test("another program is started once the setting names it, and the log has no error", async () => {
    const { run } = await session.ready({ "a.py": POINT });
    const runs = session.wire.runs.length;
    session.server.configure({ machine: { "codegen.server.path": session.another() } });
    const other = await session.wire.run(runs);
    await other.ready("a.py");
    await until("the first server to end", () => run.exit !== undefined);
    assert.equal(run.exit, 0, "it was asked to end");
    const log = await until("the log", () => session.server.log(`the server runs, as process ${other.tap}`));
    assert.match(log, new RegExp(`the server runs, as process ${run.tap}\\b`));
    assert.doesNotMatch(log, /\[(error|warning)\]/);
});

test("two windows have a server each, and neither minds the other", async () => {
    const one = await session.ready({ "a.py": POINT });
    const two = await session.ready({ "b.py": POINT });
    for (const { window } of [one, two]) {
        await window.focus();
        await window.type(" ");
    }
    const ghost = await one.window.waitForGhost();
    assert.equal(await two.window.waitForGhost(), ghost);
    await one.window.close();
    await until("the first window's server to end", () => one.run.exit !== undefined);
    await two.window.keys("Tab");
    await until("the accepted text", () => two.run.text("b.py") === `${POINT} ${ghost}`);
});

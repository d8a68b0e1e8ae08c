// What a newcomer sees: the packed extension in a fresh profile, with the server inside, and no settings.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Session, installed } from "./lib/session.ts";
import { until } from "./lib/wait.ts";

const POINT = "class Point:\n    def __init__(self, name, value):\n        self.name =";

for (const [name, version] of [
    ["current", installed.current],
    ["minimum", installed.minimum],
] as const) {
    let session: Session;
    before(async () => (session = await Session.start(`newcomer-${name}`, { bundled: true, installed: version() })));
    after(() => session?.stop());

    test(`a fresh profile shows ghost text, Tab takes it, and it is saved (${name} VS Code)`, async (context) => {
        const workspace = session.server.workspace("w", { "point.py": POINT });
        const start = Date.now();
        const window = await session.windowOn(workspace, "point.py");
        const opened = Date.now();
        await window.focus();
        // The model may not be there yet: a space that goes again asks once more.
        const ghost = await until("ghost text", async () => {
            await window.type(" ");
            const shown = await window.soonGhost();
            return shown || window.keys("Backspace").then(() => undefined);
        });
        context.diagnostic(
            `ghost text ${Date.now() - opened} ms after the file was open, ${Date.now() - start} ms after the window`,
        );
        await window.picture(`newcomer-${name}`);
        await window.keys("Tab", "Control+s");
        const path = join(workspace, "point.py");
        await until(
            "the saved file",
            () => readFileSync(path, "utf8").trimEnd() === `${POINT} ${ghost}`.trimEnd(),
            () => readFileSync(path, "utf8"),
        );
        assert.deepEqual(await window.messages(), []);
    });
}

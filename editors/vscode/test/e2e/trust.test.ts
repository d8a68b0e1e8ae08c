// Folders that the user does not trust: suggestions and code from comments, but no program is run, whatever the folder's settings say.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Session } from "./lib/session.ts";

let session: Session;
// The folder stays untrusted, as where its user has said no.
const UNASKED = {
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.untrustedFiles": "open",
};
// The user allows programs to be run, everywhere.
const RUN = { "codegen.synthesis.verify": "run", "codegen.trusted": true, "codegen.synthesis.isolation": "limits" };
before(
    async () =>
        (session = await Session.start("trust", {
            trust: true,
            settings: { machine: RUN, user: { ...RUN, ...UNASKED } },
        })),
);
after(() => session?.stop());

test("an untrusted workspace runs nothing, and what it says of programs does not count", async () => {
    const marker = join(session.server.folder, "was-run");
    const { window, run } = await session.ready({
        "a.py": `open(${JSON.stringify(marker)}, "w").close()\n\n# Assign the list [3, 8, 1, 12, 7] to a variable named numbers.\n`,
        ".vscode/settings.json": JSON.stringify({
            "codegen.server.path": "/bin/false",
            "codegen.trusted": true,
            "codegen.synthesis.python": join(session.server.folder, "evil"),
            "codegen.synthesis.verify": "run",
        }),
    });
    await window.page.getByText("Restricted Mode").first().waitFor();
    await window.picture("untrusted");
    const initialize = await run.waitFor("initialize", (said) => said.method === "initialize");
    assert.equal(initialize.message.params.initializationOptions.trusted, false);
    await window.focus("ArrowDown", "ArrowDown");
    const from = run.said.length;
    await window.command("codegen.synthesize");
    const answer = await run.answer("codegen.synthesize", from);
    assert.equal(answer.outcome, "done", JSON.stringify(answer));
    assert.equal(answer.turns[0].score.run, false);
    assert.ok(!existsSync(marker), "the program was not run");
});

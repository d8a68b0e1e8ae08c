// Folders that the user does not trust: suggestions and code from comments, but no program is run, whatever the folder's settings say.
// Once they are trusted, programs are run as the user's settings allow.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Session } from "./lib/session.ts";

let session: Session;
// The folder stays untrusted, as where its user has said no.
const UNASKED = {
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.untrustedFiles": "open",
    // The page that trusts it is a tab, which goes when another file is shown.
    "workbench.editor.useModal": "off",
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

test("an untrusted workspace runs nothing, whatever it says of programs, until its user trusts it", async () => {
    const prompts = ["Assign the list [3, 8, 1, 12, 7] to a variable named numbers.", "Print numbers."];
    const { window, run } = await session.ready({
        "a.py": `import math\n\n# ${prompts[0]}\n\n# ${prompts[1]}\n`,
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
    let from = run.said.length;
    await window.command("codegen.synthesize");
    const untrusted = await run.answer("codegen.synthesize", from);
    assert.equal(untrusted.outcome, "done", JSON.stringify(untrusted));
    assert.equal(untrusted.turns[0].score.run, false);

    from = run.said.length;
    await window.palette("Workspaces: Manage Workspace Trust");
    await window.page.locator(".workspace-trust-buttons .monaco-button").first().click();
    const told = await run.waitFor("the user's options", (said) => said.method === "codegen/userOptions", from);
    assert.equal(told.message.params.settings.trusted, true);
    await window.page.locator(".tab").filter({ hasText: "a.py" }).click();
    await window.focus();
    from = run.said.length;
    await window.command("codegen.synthesizeAll");
    const trusted = await run.answer("codegen.synthesizeAll", from);
    assert.equal(trusted.outcome, "done", JSON.stringify(trusted));
    assert.equal(trusted.turns[0].prompt, prompts[1]);
    assert.equal(trusted.turns[0].score.run, true);
    assert.equal(session.wire.runs.length, 1, "by the server that ran before");
});

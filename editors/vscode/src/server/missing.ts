/** What the user is told where there is no server to start. */

import * as vscode from "vscode";
import type { Found } from "../decide/resolve";
import { setUser } from "../settings/read";

type NotFound = Exclude<Found, { readonly program: string }>;

/** The command that builds the server and puts it on the `PATH`. */
const BUILD = "cargo install --path lsp --locked";

export function reason(found: NotFound): string {
    return "wrong" in found
        ? `codegen.server.path is "${found.wrong}", which is no absolute path of a program that can be run`
        : "there is no codegen-lsp: none came with the extension, codegen.server.path is not set, and none is on the PATH";
}

/** Tells the user, with a button for each way out. `again` looks once more. */
export async function tell(found: NotFound, again: () => void, log: vscode.LogOutputChannel): Promise<void> {
    const wrong = "wrong" in found;
    const ways = new Map<string, () => void | Thenable<void>>([
        ["Choose the Program…", choose],
        wrong
            ? ["Take the Setting Back", () => setUser("server.path", undefined)]
            : ["Copy the Command That Builds It", () => vscode.env.clipboard.writeText(BUILD)],
        ["Look Again", again],
        [
            "Show Log",
            () => {
                log.show();
            },
        ],
    ]);
    const message = wrong
        ? `CodeGen cannot start its server: ${reason(found)}.`
        : `CodeGen needs its server, codegen-lsp, and there is none: none came with the extension, \
codegen.server.path is not set, and none is on the PATH.`;
    const chosen = await vscode.window.showErrorMessage(message, ...ways.keys());
    await ways.get(chosen ?? "")?.();
}

/** Lets the user choose a program; the changed setting starts it. */
async function choose(): Promise<void> {
    const [file] = (await vscode.window.showOpenDialog({ title: "The program codegen-lsp", openLabel: "Use" })) ?? [];
    if (file !== undefined) {
        await setUser("server.path", file.fsPath);
    }
}

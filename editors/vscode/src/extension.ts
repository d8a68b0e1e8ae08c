/** The extension: puts its parts together. */

import * as vscode from "vscode";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import { languages, userOptions, workspaceOptions } from "./decide/options";
import { selector } from "./server/client";
import { Supervisor } from "./server/supervisor";
import { inspect, options, SECTION } from "./settings/read";

let supervisor: Supervisor | undefined;

export function activate(context: vscode.ExtensionContext): void {
    const log = vscode.window.createOutputChannel("CodeGen", { log: true });
    const known = options(context.extension.packageJSON);
    const clientOptions = (): LanguageClientOptions => ({
        documentSelector: selector(languages(inspect())),
        outputChannel: log,
        initializationOptions: userOptions(known, inspect(), vscode.workspace.isTrusted),
        middleware: {
            workspace: {
                configuration: (params) =>
                    params.items.map(({ section, scopeUri }) => {
                        const resource = scopeUri === undefined ? undefined : vscode.Uri.parse(scopeUri);
                        return section === SECTION ? workspaceOptions(known, inspect(resource)) : null;
                    }),
            },
        },
    });
    supervisor = new Supervisor(context, log, {
        options: clientOptions,
        attach: () => {
            // The status comes here.
        },
    });
    context.subscriptions.push(log, supervisor);
    // The editor goes on while the server starts.
    void supervisor.start();
}

export function deactivate(): Promise<void> | undefined {
    return supervisor?.stop();
}

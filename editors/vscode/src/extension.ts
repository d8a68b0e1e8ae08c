/** The extension: puts its parts together. */

import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import { languages, userOptions, workspaceOptions, type Option } from "./decide/options";
import { Documents } from "./documents";
import type { Partial, Status } from "./protocol";
import { selector } from "./server/client";
import { Supervisor } from "./server/supervisor";
import { inspect, options, SECTION } from "./settings/read";
import { StatusItem } from "./status/item";
import { setEagerness, showMenu, toggle } from "./status/menu";
import { chooseModel } from "./status/model";
import { allowed, Suggestions } from "./suggestions/inline";
import { Chooser } from "./turns/candidates";
import { register } from "./turns/commands";
import { Marks } from "./turns/marks";
import { PreviewDecorations } from "./turns/preview";

let supervisor: Supervisor | undefined;

/** Starts the server and goes on at once: nothing here waits for it. */
export function activate(context: vscode.ExtensionContext): void {
    const log = vscode.window.createOutputChannel("CodeGen", { log: true });
    const known = options(context.extension.packageJSON);
    const documents = new Documents();
    const chooser = new Chooser(documents);
    const previews = new PreviewDecorations();
    const marks = new Marks(context.extensionUri);
    const suggestions = new Suggestions(() => server.running);
    const server: Supervisor = new Supervisor(context, log, {
        options: () => ({
            ...startOptions(known),
            outputChannel: log,
            middleware: {
                provideInlineCompletionItems: suggestions.provide,
                provideCompletionItem: (document, position, context, token, next) =>
                    allowed(document) ? next(document, position, context, token) : [],
                provideCodeLenses: async (document, token, next) => {
                    const lenses = await next(document, token);
                    marks.take(document, lenses ?? []);
                    return lenses;
                },
                workspace: {
                    configuration: ({ items }) => items.map((item) => settings(known, item)),
                    // Says that they have changed; what they are, the server asks for.
                    didChangeConfiguration: (_sections, next) =>
                        next(undefined).catch((error: unknown) => {
                            // Where they are why it is started anew, it is gone before it is told.
                            if (server.running !== undefined) {
                                throw error;
                            }
                        }),
                },
            },
        }),
        outdated: (before) => {
            const now = startOptions(known);
            if (!isDeepStrictEqual(before.documentSelector, now.documentSelector)) {
                return "more";
            }
            const same = isDeepStrictEqual(before.initializationOptions, now.initializationOptions);
            return same ? "nothing" : "initializationOptions";
        },
        attach: (client) => {
            client.onNotification("codegen/status", (said: Status) => {
                status.take(said);
            });
            client.onNotification("codegen/partial", (partial: Partial) => {
                chooser.prompt(partial.uri, partial.range);
                previews.take(partial);
            });
        },
    });
    supervisor = server;
    const status = new StatusItem(server, served);
    context.subscriptions.push(
        log,
        server,
        documents,
        previews,
        marks,
        suggestions,
        status,
        ...register({
            supervisor: server,
            documents,
            chooser,
            snoozed: (seconds) => {
                status.snoozed(seconds);
            },
        }),
        ...commands(context, server, status, log),
        server.onDidChange(({ kind }) => {
            if (kind === "running") {
                void resumeSnooze(server, status);
            } else {
                previews.clear();
                marks.clear();
            }
        }),
        vscode.workspace.onDidGrantWorkspaceTrust(() => void server.refresh()),
        vscode.workspace.onDidChangeConfiguration((event) => {
            if (event.affectsConfiguration(SECTION)) {
                void server.refresh();
                tellLanguages();
            }
        }),
    );
    tellLanguages();
    void server.start();
}

export function deactivate(): Promise<void> | undefined {
    return supervisor?.stop();
}

/** The part of the client's options that settings make. */
function startOptions(
    known: readonly Option[],
): Pick<LanguageClientOptions, "documentSelector" | "initializationOptions"> {
    return {
        documentSelector: selector(served()),
        initializationOptions: userOptions(known, inspect(), vscode.workspace.isTrusted),
    };
}

/** The answer to one item of `workspace/configuration`. */
function settings(known: readonly Option[], item: { section?: string; scopeUri?: string }): unknown {
    const resource = item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri);
    return item.section === SECTION ? workspaceOptions(known, inspect(resource)) : null;
}

function served(): readonly string[] {
    return languages(inspect());
}

/** Lets the conditions of menus know the languages that are served. */
function tellLanguages(): void {
    void vscode.commands.executeCommand("setContext", "codegen.languages", served());
}

/** Tells a server that was started anew that suggestions are still put off. */
async function resumeSnooze(server: Supervisor, status: StatusItem): Promise<void> {
    const minutes = status.snoozeLeft;
    if (minutes > 0) {
        await server.running?.execute("codegen.snooze", { minutes });
    }
}

/** The commands that the server has no part in. */
function commands(
    context: vscode.ExtensionContext,
    server: Supervisor,
    status: StatusItem,
    log: vscode.LogOutputChannel,
): vscode.Disposable[] {
    const all: Readonly<Record<string, (...given: unknown[]) => unknown>> = {
        menu: () => showMenu(status, served()),
        restart: () => server.restart("it was asked for"),
        showLog: () => {
            log.show();
        },
        setEagerness,
        chooseModel: () => chooseModel(context.globalState),
        toggle: () => {
            const document = vscode.window.activeTextEditor?.document;
            return document === undefined ? undefined : toggle(document.languageId, document.uri);
        },
        openSettings: (name) =>
            vscode.commands.executeCommand(
                "workbench.action.openSettings",
                typeof name === "string" ? name : `@ext:${context.extension.id}`,
            ),
        openWalkthrough: () =>
            vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`),
    };
    return Object.entries(all).map(([name, run]) => vscode.commands.registerCommand(`${SECTION}.${name}`, run));
}

/** Suggestions as ghost text: what is asked beyond vscode-languageclient's own request, and what becomes of them. */

import * as vscode from "vscode";
import { InlineCompletionRequest, type Middleware } from "vscode-languageclient/node";
import { after, type Shown } from "../decide/accepted";
import { enabled } from "../decide/options";
import type { CodegenClient } from "../server/client";
import { inspect } from "../settings/read";

type Provide = NonNullable<Middleware["provideInlineCompletionItems"]>;

export class Suggestions implements vscode.Disposable {
    /** The latest suggestion that VS Code was given, as far as it is still there. */
    private shown: Shown | undefined;
    private readonly watched: vscode.Disposable;
    /** Whether there was any, which ends the walkthrough's first step. */
    private any = false;

    /** `client` is the running one, if there is one. */
    constructor(private readonly client: () => CodegenClient | undefined) {
        this.watched = vscode.workspace.onDidChangeTextDocument((event) => {
            this.changed(event);
        });
    }

    dispose(): void {
        this.watched.dispose();
    }

    /** Asks the server, with the document's version and its indentation, which the specification's request does not have. */
    readonly provide: Provide = async (document, position, context, token) => {
        const client = this.client();
        if (client === undefined || !allowed(document)) {
            return null;
        }
        const { version } = document;
        const uri = client.code2ProtocolConverter.asUri(document.uri);
        const params = {
            ...client.code2ProtocolConverter.asInlineCompletionParams(document, position, context),
            textDocument: { uri, version },
            formattingOptions: formatting(document),
        };
        try {
            const result = await client.sendRequest(InlineCompletionRequest.type, params, token);
            const items = await client.protocol2CodeConverter.asInlineCompletionResult(result, token);
            if (!token.isCancellationRequested && document.version === version) {
                this.given(client, document, position, Array.isArray(items) ? items[0] : items?.items[0]);
            }
            return items;
        } catch (error) {
            // Answers null where the request was cancelled, and throws otherwise.
            return client.handleFailedRequest(InlineCompletionRequest.type, token, error, null);
        }
    };

    /** VS Code shows the first of the items that it is given. */
    private given(
        client: CodegenClient,
        document: vscode.TextDocument,
        position: vscode.Position,
        item: vscode.InlineCompletionItem | undefined,
    ): void {
        const number: unknown = item?.command?.arguments?.[0];
        if (item === undefined || typeof item.insertText !== "string" || typeof number !== "number") {
            this.shown = undefined;
            return;
        }
        const cursor = document.offsetAt(position);
        const there = item.range === undefined ? 0 : cursor - document.offsetAt(item.range.start);
        this.shown = { number, uri: document.uri.toString(), insertText: item.insertText, there, cursor };
        this.tell(client, "textDocument/didShowCompletion", number, {});
        if (!this.any) {
            this.any = true;
            void vscode.commands.executeCommand("setContext", "codegen.suggested", true);
        }
    }

    private changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
        const shown = this.shown;
        const client = this.client();
        if (shown === undefined || client === undefined || shown.uri !== document.uri.toString()) {
            return;
        }
        const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
            offset: rangeOffset,
            removed: rangeLength,
            text,
        }));
        const outcome = after(shown, changes);
        this.shown = outcome.shown;
        // Of one that was taken as a whole its command tells.
        if (outcome.acceptedLength !== undefined && outcome.shown !== undefined) {
            const { acceptedLength } = outcome;
            this.tell(client, "textDocument/didPartiallyAcceptCompletion", shown.number, { acceptedLength });
        }
    }

    private tell(client: CodegenClient, method: string, number: number, more: object): void {
        const item = { command: { arguments: [number] } };
        client.sendNotification(method, { item, ...more }).catch((error: unknown) => {
            client.warn(`${method} could not be sent`, error, false);
        });
    }
}

/** Whether the settings of the extension allow suggestions in a document. */
export function allowed(document: vscode.TextDocument): boolean {
    return enabled(inspect(document.uri)("enable"), document.languageId);
}

function formatting(document: vscode.TextDocument): { tabSize: number; insertSpaces: boolean } {
    const editor = vscode.window.visibleTextEditors.find((visible) => visible.document === document);
    const { tabSize, insertSpaces } = editor?.options ?? {};
    return {
        tabSize: typeof tabSize === "number" ? tabSize : 4,
        insertSpaces: typeof insertSpaces === "boolean" ? insertSpaces : true,
    };
}

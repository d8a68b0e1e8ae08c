/** Documents that exist in memory only: explanations, statistics, candidates. */

import * as vscode from "vscode";

const SCHEME = "codegen";

export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
    private readonly texts = new Map<string, string>();
    private readonly changed = new vscode.EventEmitter<vscode.Uri>();
    readonly onDidChange = this.changed.event;
    private readonly registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

    dispose(): void {
        this.changed.dispose();
        this.registered.dispose();
    }

    provideTextDocumentContent(uri: vscode.Uri): string {
        return this.texts.get(uri.toString()) ?? "";
    }

    /** The address of the document of that name; the name's ending says its language. */
    uri(name: string): vscode.Uri {
        return vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
    }

    /** Puts a text into a document. */
    put(uri: vscode.Uri, text: string): void {
        this.texts.set(uri.toString(), text);
        this.changed.fire(uri);
    }

    /** Forgets a document that is shown no longer. */
    drop(uri: vscode.Uri): void {
        this.texts.delete(uri.toString());
    }

    /** Shows a text under that name, where it was asked for or beside that. */
    async show(name: string, text: string, where: "here" | "beside"): Promise<void> {
        const uri = this.uri(name);
        this.put(uri, text);
        const document = await vscode.workspace.openTextDocument(uri);
        const viewColumn = where === "here" ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
        await vscode.window.showTextDocument(document, { viewColumn, preview: true });
    }
}

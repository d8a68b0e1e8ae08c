/** Turns whose code is not what was generated for them: marked in the gutter and in the overview ruler. */

import * as vscode from "vscode";
import { marked, type Lens, type Mark } from "../decide/marks";

/** By colour, and by shape in the gutter; each is also told in words, over its line and where the mouse rests. */
const LOOKS: Readonly<Record<Mark, { icon: string; colour: string; lane: vscode.OverviewRulerLane }>> = {
    stale: { icon: "stale.svg", colour: "editorWarning.foreground", lane: vscode.OverviewRulerLane.Left },
    failed: { icon: "failed.svg", colour: "editorError.foreground", lane: vscode.OverviewRulerLane.Right },
    edited: { icon: "edited.svg", colour: "editorInfo.foreground", lane: vscode.OverviewRulerLane.Center },
};

export class Marks implements vscode.Disposable {
    private readonly types: Readonly<Record<Mark, vscode.TextEditorDecorationType>>;
    private readonly byDocument = new Map<string, readonly Lens[]>();
    private readonly watched: vscode.Disposable[];

    constructor(extension: vscode.Uri) {
        const type = (mark: Mark): vscode.TextEditorDecorationType => {
            const { icon, colour, lane } = LOOKS[mark];
            return vscode.window.createTextEditorDecorationType({
                gutterIconPath: vscode.Uri.joinPath(extension, "media", icon),
                gutterIconSize: "contain",
                overviewRulerColor: new vscode.ThemeColor(colour),
                overviewRulerLane: lane,
            });
        };
        this.types = { stale: type("stale"), failed: type("failed"), edited: type("edited") };
        this.watched = [
            vscode.window.onDidChangeVisibleTextEditors((editors) => {
                editors.forEach((editor) => {
                    this.draw(editor);
                });
            }),
            vscode.workspace.onDidCloseTextDocument((document) => {
                this.byDocument.delete(document.uri.toString());
            }),
        ];
    }

    dispose(): void {
        for (const disposable of [...this.watched, ...Object.values(this.types)]) {
            disposable.dispose();
        }
    }

    /** Takes in the lenses of a document: they say how its turns are. */
    take(document: vscode.TextDocument, lenses: readonly vscode.CodeLens[]): void {
        const plain = lenses.map(({ range, command }) => ({
            line: range.start.line,
            title: command?.title ?? "",
            command: command?.command ?? "",
        }));
        this.byDocument.set(document.uri.toString(), plain);
        this.drawAll();
    }

    /** Removes all marks: the server that knew of them has ended. */
    clear(): void {
        this.byDocument.clear();
        this.drawAll();
    }

    private drawAll(): void {
        vscode.window.visibleTextEditors.forEach((editor) => {
            this.draw(editor);
        });
    }

    private draw(editor: vscode.TextEditor): void {
        const { document } = editor;
        const all = marked(this.byDocument.get(document.uri.toString()) ?? []);
        for (const mark of ["stale", "failed", "edited"] as const) {
            const own = all.filter((each) => each.mark === mark && each.line < document.lineCount);
            editor.setDecorations(
                this.types[mark],
                own.map(({ line, words }) => ({
                    range: document.lineAt(line).range,
                    hoverMessage: `CodeGen: ${words}`,
                })),
            );
        }
    }
}

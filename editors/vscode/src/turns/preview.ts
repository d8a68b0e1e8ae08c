/** Code that is still being written, shown below its prompt. */

import * as vscode from "vscode";
import { cssString, Previews, type Preview } from "../decide/preview";
import type { Partial } from "../protocol";

export class PreviewDecorations implements vscode.Disposable {
    private readonly previews = new Previews();
    private readonly type = vscode.window.createTextEditorDecorationType({
        rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
    private readonly watched = vscode.window.onDidChangeVisibleTextEditors(() => {
        this.drawAll();
    });

    dispose(): void {
        this.watched.dispose();
        this.type.dispose();
    }

    take(partial: Partial): void {
        this.previews.take(partial);
        this.draw(partial.uri);
    }

    /** Removes everything: the server that would say the last of it has ended. */
    clear(): void {
        for (const uri of this.previews.clear()) {
            this.draw(uri);
        }
    }

    private drawAll(): void {
        for (const editor of vscode.window.visibleTextEditors) {
            this.drawIn(editor);
        }
    }

    private draw(uri: string): void {
        for (const editor of vscode.window.visibleTextEditors) {
            // The server spells it as it was told.
            if (editor.document.uri.toString() === uri) {
                this.drawIn(editor);
            }
        }
    }

    private drawIn(editor: vscode.TextEditor): void {
        const previews = this.previews.of(editor.document.uri.toString());
        const last = editor.document.lineCount - 1;
        editor.setDecorations(
            this.type,
            previews.filter(({ line }) => line <= last).map((preview) => decoration(editor, preview)),
        );
    }
}

function decoration(editor: vscode.TextEditor, preview: Preview): vscode.DecorationOptions {
    const { range } = editor.document.lineAt(preview.line);
    const { tabSize } = editor.options;
    const text = [...(preview.hidden > 0 ? [`… ${preview.hidden} lines above`] : []), ...preview.lines].join("\n");
    const content = cssString(text, typeof tabSize === "number" ? tabSize : 4);
    return {
        range,
        hoverMessage: hover(preview),
        renderOptions: {
            after: {
                // Decorations are one line; as a block of its own this one stands below its line, over what is there.
                contentText: "",
                textDecoration: [
                    "none",
                    `content: ${content}`,
                    "position: absolute",
                    "z-index: 1",
                    "left: 0",
                    "top: 100%",
                    "min-width: 100%",
                    "white-space: pre",
                    "pointer-events: none",
                    "box-shadow: inset 2px 0 var(--vscode-editorGhostText-foreground)",
                ].join("; "),
                color: new vscode.ThemeColor("editorGhostText.foreground"),
                backgroundColor: new vscode.ThemeColor("editor.background"),
                fontStyle: "italic",
            },
        },
    };
}

/** The same for keyboards and screen readers: Show Hover on the prompt, and the accessible view of it. */
function hover({ text }: Preview): vscode.MarkdownString {
    const message = new vscode.MarkdownString();
    message.isTrusted = { enabledCommands: ["codegen.cancelAll"] };
    message.appendMarkdown("Code that is being written — [Cancel](command:codegen.cancelAll)\n\n");
    message.appendCodeblock(text, "python");
    return message;
}

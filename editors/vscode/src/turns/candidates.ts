/** Choosing among candidates: a list, whose focused entry is shown as a difference in the editor. */

import * as vscode from "vscode";
import { line, placeOf, withCandidate } from "../decide/candidates";
import type { Documents } from "../documents";
import type { Candidate, Candidates, Range, TurnArgument } from "../protocol";
import type { CodegenClient } from "../server/client";

interface Item extends vscode.QuickPickItem {
    readonly candidate: Candidate;
}

export class Chooser {
    /** The ranges of prompts that code was generated for last, by document. */
    private readonly prompts = new Map<string, Range>();

    constructor(private readonly documents: Documents) {}

    /** Takes in where a prompt is. */
    prompt(uri: string, range: Range): void {
        this.prompts.set(uri, range);
    }

    /** Lets the user choose among the candidates of a turn, and has the chosen one written. */
    async choose(client: CodegenClient, turn: TurnArgument, answer: Candidates): Promise<void> {
        if (answer.candidates.length === 0) {
            return;
        }
        const document = await vscode.workspace.openTextDocument(client.protocol2CodeConverter.asUri(turn.uri));
        const difference = new Difference(this.documents, document, this.rangeOf(turn), turn, answer);
        const chosen = await pick(answer, difference);
        await difference.close();
        if (chosen === undefined) {
            return;
        }
        const { uri, position } = turn;
        const { replaces } = answer;
        await (replaces > 0
            ? client.execute("codegen.replace", { uri, position, index: chosen.index, lines: replaces })
            : client.execute("codegen.accept", { uri, position, index: chosen.index }));
    }

    /** The range of a turn's prompt, if it is the one that code was generated for last. */
    private rangeOf({ uri, position }: TurnArgument): Range | undefined {
        const range = this.prompts.get(uri);
        return range !== undefined && range.start.line <= position.line && position.line <= range.end.line
            ? range
            : undefined;
    }
}

/** The list. Moving in it shows the difference, Enter chooses, Escape leaves everything as it was. */
function pick(answer: Candidates, difference: Difference): Promise<Candidate | undefined> {
    const list = vscode.window.createQuickPick<Item>();
    const lines = answer.replaces === 1 ? "1 line" : `${answer.replaces} lines`;
    list.title = answer.replaces > 0 ? `Code for this prompt, in place of ${lines} of yours` : "Code for this prompt";
    list.placeholder = "The share is the mean probability of a token; the editor shows what would change";
    list.items = answer.candidates.map((candidate) => ({ ...line(candidate), alwaysShow: true, candidate }));
    list.activeItems = list.items.filter(({ candidate }) => candidate.current);
    list.matchOnDetail = true;
    // The difference opens while the list has the focus.
    list.ignoreFocusOut = true;
    return new Promise((resolve) => {
        list.onDidChangeActive(([item]) => {
            if (item !== undefined) {
                difference.show(item.candidate);
            }
        });
        list.onDidAccept(() => {
            resolve(list.activeItems[0]?.candidate);
            list.dispose();
        });
        list.onDidHide(() => {
            resolve(undefined);
            list.dispose();
        });
        list.show();
    });
}

/** The document as it is, beside what it would be with a candidate. */
class Difference {
    private readonly before: readonly string[];
    private readonly left: vscode.Uri;
    private readonly name: string;
    /** Differences may be shown after each other, and VS Code keeps documents for a while. */
    private static count = 0;
    private readonly number = Difference.count++;
    private right: vscode.Uri | undefined;
    /** Openings, one after the other. */
    private queue: Promise<void> = Promise.resolve();

    constructor(
        private readonly documents: Documents,
        document: vscode.TextDocument,
        private readonly prompt: Range | undefined,
        private readonly turn: TurnArgument,
        private readonly answer: Candidates,
    ) {
        this.before = document.getText().split(/\r?\n/);
        const base = document.uri.path.split("/").pop() ?? "";
        // Its ending gives it the colours of Python.
        this.name = base.endsWith(".py") ? base : `${base}.py`;
        this.left = documents.put(`${this.number}/now/${this.name}`, this.before.join("\n"));
    }

    show(candidate: Candidate): void {
        this.queue = this.queue.then(() => this.showNow(candidate)).catch(() => undefined);
    }

    private async showNow(candidate: Candidate): Promise<void> {
        const { candidates, replaces } = this.answer;
        const lines = placeOf(this.before, this.turn.position.line, this.prompt, candidates, replaces);
        const text = withCandidate(this.before, lines, candidate);
        const opened = this.right !== undefined;
        this.right = this.documents.put(`${this.number}/candidate/${this.name}`, text);
        if (!opened) {
            const title = `${this.name}: with the candidate`;
            const options = { preview: true, preserveFocus: true };
            await vscode.commands.executeCommand("vscode.diff", this.left, this.right, title, options);
        }
    }

    async close(): Promise<void> {
        await this.queue;
        const right = this.right?.toString();
        const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
        const own = tabs.filter(
            ({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === right,
        );
        await vscode.window.tabGroups.close(own);
        this.documents.drop(this.left);
        if (this.right !== undefined) {
            this.documents.drop(this.right);
        }
    }
}

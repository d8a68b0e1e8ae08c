/** Choosing among candidates: a list, whose focused entry is shown as a difference in the editor. */

import * as vscode from "vscode";
import { line, placeOf, withCandidate, type Lines } from "../decide/candidates";
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
        const first = answer.candidates.find(({ current }) => current) ?? answer.candidates[0];
        if (first === undefined) {
            return;
        }
        const document = await vscode.workspace.openTextDocument(client.protocol2CodeConverter.asUri(turn.uri));
        const difference = new Difference(this.documents, document, turn, this.rangeOf(turn), answer);
        await difference.open(first);
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
    // The difference shows this one first, so Enter has to take it.
    const first = list.items.find(({ candidate }) => candidate.current) ?? list.items[0];
    list.activeItems = first === undefined ? [] : [first];
    list.matchOnDescription = true;
    // The difference may take the focus while the list is shown.
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
    /** Where the candidates' code stands, or would. */
    private readonly lines: Lines;
    private readonly left: vscode.Uri;
    private readonly name: string;
    /** Differences may be shown after each other, and VS Code keeps documents for a while. */
    private static count = 0;
    private readonly number = Difference.count++;
    private readonly right: vscode.Uri;

    constructor(
        private readonly documents: Documents,
        document: vscode.TextDocument,
        turn: TurnArgument,
        prompt: Range | undefined,
        { candidates, replaces }: Candidates,
    ) {
        this.before = document.getText().split(/\r?\n/);
        this.lines = placeOf(this.before, turn.position.line, prompt, candidates, replaces);
        const base = document.uri.path.split("/").pop() ?? "";
        // Its ending gives it the colours of Python.
        this.name = base.endsWith(".py") ? base : `${base}.py`;
        this.left = documents.uri(`${this.number}/now/${this.name}`);
        this.right = documents.uri(`${this.number}/candidate/${this.name}`);
        documents.put(this.left, this.before.join("\n"));
    }

    /** Opens it below what is edited: the list covers the upper part of the window. */
    async open(candidate: Candidate): Promise<void> {
        this.show(candidate);
        await vscode.commands.executeCommand("workbench.action.newGroupBelow");
        const title = `${this.name}: with the candidate`;
        await vscode.commands.executeCommand("vscode.diff", this.left, this.right, title, {
            preview: true,
            // The candidate that stands there makes no difference that could be shown.
            selection: new vscode.Range(this.lines.from, 0, this.lines.from, 0),
        });
    }

    show(candidate: Candidate): void {
        this.documents.put(this.right, withCandidate(this.before, this.lines, candidate));
    }

    async close(): Promise<void> {
        const right = this.right.toString();
        const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
        const own = tabs.filter(
            ({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === right,
        );
        await vscode.window.tabGroups.close(own);
        this.documents.drop(this.left);
        this.documents.drop(this.right);
    }
}

/** The language status: what it shows, and how long suggestions are put off. */

import * as vscode from "vscode";
import { view, type Facts } from "../decide/status";
import type { Status } from "../protocol";
import { isServed } from "../server/client";
import type { Supervisor } from "../server/supervisor";
import { allowed } from "../suggestions/inline";

const SEVERITIES = {
    information: vscode.LanguageStatusSeverity.Information,
    warning: vscode.LanguageStatusSeverity.Warning,
    error: vscode.LanguageStatusSeverity.Error,
};

export class StatusItem implements vscode.Disposable {
    private readonly item: vscode.LanguageStatusItem;
    private readonly watched: vscode.Disposable[];
    private status: Status | undefined;
    /** The end of the snooze, in milliseconds since the epoch. */
    private snoozeEnd: number | undefined;
    private timer: NodeJS.Timeout | undefined;

    constructor(
        private readonly supervisor: Supervisor,
        private readonly languages: () => readonly string[],
    ) {
        this.item = vscode.languages.createLanguageStatusItem("codegen.status", this.selector());
        this.item.name = "CodeGen";
        this.item.command = { title: "Menu", command: "codegen.menu", tooltip: "What can be done" };
        const show = (): void => {
            this.show();
        };
        this.watched = [
            supervisor.onDidChange(({ kind }) => {
                if (kind !== "running") {
                    this.status = undefined;
                }
                this.show();
            }),
            vscode.window.onDidChangeActiveTextEditor(show),
            vscode.workspace.onDidChangeConfiguration(show),
        ];
        this.show();
    }

    dispose(): void {
        clearTimeout(this.timer);
        this.item.dispose();
        for (const watched of this.watched) {
            watched.dispose();
        }
    }

    /** Takes in what the server says of itself. */
    take(status: Status): void {
        this.status = status;
        this.show();
    }

    /** Suggestions are put off for that long; 0 ends it. */
    snoozed(seconds: number): void {
        clearTimeout(this.timer);
        this.snoozeEnd = undefined;
        if (seconds > 0) {
            this.snoozeEnd = Date.now() + seconds * 1000;
            this.timer = setTimeout(() => {
                this.snoozed(0);
            }, seconds * 1000);
        }
        this.show();
    }

    /** The minutes that a snooze still lasts, to be told to a server that was started anew. */
    get snoozeLeft(): number {
        return this.snoozeEnd === undefined ? 0 : Math.max(0, (this.snoozeEnd - Date.now()) / 60_000);
    }

    facts(): Facts {
        const document = vscode.window.activeTextEditor?.document;
        const served = document !== undefined && isServed(document, this.languages());
        return {
            server: this.supervisor.state,
            status: this.status,
            snoozedUntil:
                this.snoozeEnd === undefined
                    ? undefined
                    : new Date(this.snoozeEnd).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }),
            off: served && !allowed(document) ? document.languageId : undefined,
        };
    }

    private selector(): vscode.DocumentSelector {
        return this.languages().map((language) => ({ language }));
    }

    private show(): void {
        const { text, detail, severity, busy } = view(this.facts());
        this.item.selector = this.selector();
        this.item.text = text;
        this.item.detail = detail;
        this.item.severity = SEVERITIES[severity];
        this.item.busy = busy;
        // A spinner and a colour say nothing to a screen reader.
        this.item.accessibilityInformation = { label: [text, detail].filter((part) => part !== "").join(", ") };
    }
}

/** The commands on turns, from the palette, menus, keys, lenses and code actions. */

import * as vscode from "vscode";
import { argument, COMMANDS, type Command, type Place } from "../decide/arguments";
import { explained } from "../decide/explain";
import { statistics } from "../decide/statistics";
import type { Documents } from "../documents";
import type { Candidates, Explanation, Statistics, TurnArgument } from "../protocol";
import type { CodegenClient } from "../server/client";
import type { Supervisor } from "../server/supervisor";
import { askMinutes } from "../status/menu";
import type { Chooser } from "./candidates";

/** What the commands act on. */
export interface Parts {
    readonly supervisor: Supervisor;
    readonly documents: Documents;
    readonly chooser: Chooser;
    /** Called with the answer of `codegen.snooze`. */
    snoozed(seconds: number): void;
}

export function register(parts: Parts): vscode.Disposable[] {
    const onTurns = COMMANDS.map((command) =>
        vscode.commands.registerCommand(command.id, (...given: unknown[]) => run(parts, command, given)),
    );
    return [
        ...onTurns,
        // Run by VS Code for a suggestion that was accepted.
        vscode.commands.registerCommand("codegen.accepted", (number: unknown) =>
            parts.supervisor.running?.execute("codegen.accepted", number),
        ),
        vscode.commands.registerCommand("codegen.snooze", (given: unknown) => snooze(parts, given)),
        vscode.commands.registerCommand("codegen.statistics", () => showStatistics(parts)),
    ];
}

async function run(parts: Parts, command: Command, given: readonly unknown[]): Promise<unknown> {
    const client = await serving(parts.supervisor);
    if (client === undefined) {
        return undefined;
    }
    const sent = argument(command.shape, given, place(client));
    if (sent === undefined) {
        void vscode.window.showInformationMessage("CodeGen: put the cursor into a Python file first.");
        return undefined;
    }
    return telling(async () => {
        const answer = await client.execute(command.sends, sent);
        if (command.sends === "codegen.explainTurn" && answer !== null) {
            await parts.documents.show("A turn, explained.md", explained(answer as Explanation), "beside");
        } else if (command.sends === "codegen.candidates") {
            await parts.chooser.choose(client, sent as TurnArgument, answer as Candidates);
        } else if (command.id === "codegen.cancel" && (answer as { cancelled: number }).cancelled === 0) {
            void vscode.window.showInformationMessage("CodeGen: there is nothing to cancel here.");
        }
        return answer;
    });
}

async function snooze(parts: Parts, given: unknown): Promise<void> {
    const client = await serving(parts.supervisor);
    const told = typeof given === "object" && given !== null && "minutes" in given ? given.minutes : undefined;
    const minutes = typeof told === "number" ? told : await askMinutes();
    if (client !== undefined && minutes !== undefined) {
        await telling(async () => {
            const { seconds } = (await client.execute("codegen.snooze", { minutes })) as { seconds: number };
            parts.snoozed(seconds);
        });
    }
}

async function showStatistics({ supervisor, documents }: Parts): Promise<void> {
    const client = await serving(supervisor);
    if (client !== undefined) {
        await telling(async () => {
            const answer = await client.sendRequest<Statistics>("codegen/stats", {});
            await documents.show("What suggestions are worth.txt", statistics(answer), "here");
        });
    }
}

/** The client, once the server runs; says so where it does not. */
async function serving(supervisor: Supervisor): Promise<CodegenClient | undefined> {
    const client = await supervisor.whenRunning();
    if (client === undefined) {
        const { state } = supervisor;
        const why = state.kind === "failed" ? `: ${state.reason}` : "";
        void vscode.window.showErrorMessage(`CodeGen's server does not run${why}.`, "Start It").then((chosen) => {
            if (chosen !== undefined) {
                void supervisor.restart("it was asked for");
            }
        });
    }
    return client;
}

/** Shows what the server refuses in words. What came of a command the server tells by itself. */
async function telling<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
        return await work();
    } catch (error) {
        void vscode.window.showWarningMessage(`CodeGen: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
    }
}

function place(client: CodegenClient): Place | undefined {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
        return undefined;
    }
    const { document, selection } = editor;
    return {
        uri: client.code2ProtocolConverter.asUri(document.uri),
        position: client.code2ProtocolConverter.asPosition(selection.active),
        selection: selection.isEmpty ? undefined : client.code2ProtocolConverter.asRange(selection),
    };
}

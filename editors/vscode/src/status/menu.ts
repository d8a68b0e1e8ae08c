/** The status item's menu, and the commands of it that only the extension has. */

import * as vscode from "vscode";
import { enabled } from "../decide/options";
import { menu } from "../decide/status";
import { isServed } from "../server/client";
import { inspect, setUser } from "../settings/read";
import type { StatusItem } from "./item";

/** Shows the menu and runs what is chosen. */
export async function showMenu(item: StatusItem, languages: readonly string[]): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const facts = {
        ...item.facts(),
        language: document !== undefined && isServed(document, languages) ? document.languageId : undefined,
        eagerness: vscode.workspace.getConfiguration("codegen", document ?? null).get("inline.eagerness", "eager"),
    };
    const chosen = await vscode.window.showQuickPick(menu(facts), { title: "CodeGen", placeHolder: "What to do" });
    if (chosen !== undefined) {
        await vscode.commands.executeCommand(chosen.command, ...(chosen.arguments ?? []));
    }
}

/** Turns suggestions on or off for a language, in the user's settings. */
export async function toggle(language: string, resource: vscode.Uri): Promise<void> {
    const layers = inspect(resource)("enable");
    const on = !enabled(layers, language);
    const before = (layers?.globalValue ?? layers?.defaultValue ?? {}) as Readonly<Record<string, boolean>>;
    await setUser("enable", { ...before, [language]: on });
    if (on && !enabled(inspect(resource)("enable"), language)) {
        void vscode.window.showInformationMessage(
            `The settings of this workspace keep suggestions off for ${language} (codegen.enable).`,
        );
    }
}

/** Lets the user choose when suggestions come by themselves. */
export async function setEagerness(): Promise<void> {
    const choices = [
        { label: "eager", detail: "While you type" },
        { label: "calm", detail: "After a pause, at the end of a line, and whole lines and blocks only" },
        { label: "onDemand", detail: "Only where you ask for one (Trigger Inline Suggestion)" },
    ];
    const layers = inspect()("inline.eagerness");
    const now = layers?.globalValue ?? "eager";
    const marked = choices.map((choice) => ({ ...choice, description: choice.label === now ? "now" : "" }));
    const chosen = await vscode.window.showQuickPick(marked, { title: "When suggestions come by themselves" });
    if (chosen !== undefined) {
        await setUser("inline.eagerness", chosen.label);
    }
}

/** Asks how long suggestions are to be put off; `undefined` if the user thinks better of it. */
export async function askMinutes(): Promise<number | undefined> {
    const choices = [5, 15, 60, 240].map((minutes) => ({
        label: minutes < 60 ? `${minutes} minutes` : minutes === 60 ? "1 hour" : `${minutes / 60} hours`,
        minutes,
    }));
    const chosen = await vscode.window.showQuickPick(choices, {
        title: "Snooze suggestions",
        placeHolder: "Those that you ask for still come",
    });
    return chosen?.minutes;
}

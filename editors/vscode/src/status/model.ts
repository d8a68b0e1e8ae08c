/** Choosing a model. */

import * as vscode from "vscode";
import { setUser } from "../settings/read";

/** The key under which models that were chosen before are kept. */
const RECENT = "codegen.models";
const KEPT = 8;

interface Choice extends vscode.QuickPickItem {
    readonly model?: string;
}

/** Lets the user choose the model that is run; the changed setting loads it. */
export async function chooseModel(state: vscode.Memento): Promise<void> {
    const recent = state.get<readonly string[]>(RECENT, []);
    const now = vscode.workspace.getConfiguration("codegen").get("model", "builtin");
    const entry = (model: string, label: string, detail: string): Choice => ({
        model,
        label,
        detail,
        description: model === now ? "now" : "",
    });
    const choices: Choice[] = [
        entry("builtin", "$(package) The built-in model", "Small and quick; it is part of the server"),
        ...recent.map((path) => entry(path, `$(file) ${path.split(/[\\/]/).pop() ?? path}`, path)),
        {
            label: "$(folder-opened) Open a GGUF file…",
            detail: "Such as CodeGen 350M or 2B, converted by `codegen-lsp model convert`",
        },
    ];
    const chosen = await vscode.window.showQuickPick(choices, { title: "The model that CodeGen runs" });
    const model = chosen === undefined ? undefined : (chosen.model ?? (await openModel()));
    if (model === undefined) {
        return;
    }
    if (model !== "builtin") {
        await state.update(RECENT, [model, ...recent.filter((other) => other !== model)].slice(0, KEPT));
    }
    await setUser("model", model);
}

async function openModel(): Promise<string | undefined> {
    const [file] =
        (await vscode.window.showOpenDialog({
            title: "A model of CodeGen",
            openLabel: "Use",
            filters: { "GGUF models": ["gguf"], "All files": ["*"] },
        })) ?? [];
    return file?.fsPath;
}

/** What the language status says, and what its menu offers. */

import type { Status } from "../protocol";
import type { ServerState } from "./server_state";

export interface Facts {
    readonly server: ServerState;
    /** What the server has said of itself last. */
    readonly status: Status | undefined;
    /** The time of day at which the snooze ends, if there is one. */
    readonly snoozedUntil: string | undefined;
    /** The language in which `codegen.enable` allows no suggestions, if the document is in such a one. */
    readonly off: string | undefined;
}

export interface View {
    readonly text: string;
    readonly detail: string;
    readonly severity: "information" | "warning" | "error";
    readonly busy: boolean;
}

/** What the status item shows. The text says all that is shown by colour or by a spinner, too. */
export function view(facts: Facts): View {
    return serverView(facts.server) ?? (facts.status === undefined ? starting : statusView(facts.status, facts));
}

const starting: View = { text: "CodeGen: starting", detail: "", severity: "information", busy: true };

function serverView(server: ServerState): View | undefined {
    switch (server.kind) {
        case "running":
            return undefined;
        case "starting":
            return starting;
        case "waiting":
            return { text: "CodeGen: starting again", detail: "the server had ended", severity: "warning", busy: true };
        case "stopped":
            return { text: "CodeGen: stopped", detail: "the server does not run", severity: "warning", busy: false };
        case "missing": {
            const detail = "there is no codegen-lsp; the menu says how to get it";
            return { text: "CodeGen: no server", detail, severity: "error", busy: false };
        }
        case "failed":
            return { text: "CodeGen: failed", detail: server.reason, severity: "error", busy: false };
    }
}

function statusView(status: Status, { snoozedUntil, off }: Facts): View {
    const { busy, kind, message, percent } = status;
    const plain = { severity: "information", busy } as const;
    if (kind === "Error") {
        return {
            text: "CodeGen: no model",
            detail: `${message} (the menu lets you choose another)`,
            severity: "error",
            busy,
        };
    }
    if (status.model !== null && status.device === null) {
        const share = percent === null ? "" : ` ${percent} %`;
        return { ...plain, text: `CodeGen: loading${share}`, detail: status.model };
    }
    if (kind === "Warning") {
        return { text: "CodeGen: attention", detail: message, severity: "warning", busy };
    }
    if (off !== undefined) {
        return { ...plain, text: `CodeGen: off for ${off}`, detail: "the setting codegen.enable" };
    }
    if (kind === "Inactive") {
        return { ...plain, text: "CodeGen: inactive", detail: message };
    }
    if (snoozedUntil !== undefined) {
        return {
            ...plain,
            text: "CodeGen: snoozed",
            detail: `until ${snoozedUntil}; suggestions you ask for still come`,
        };
    }
    if (busy) {
        return { ...plain, text: `CodeGen: ${message === "" ? "suggesting" : message}`, detail: place(status) };
    }
    return { ...plain, text: "CodeGen: ready", detail: place(status) };
}

/** Which model runs where. */
function place({ model, device, layers }: Status): string {
    if (model === null || device === null) {
        return "";
    }
    const share = layers === null || layers.gpu === 0 ? "" : `, ${layers.gpu} of ${layers.all} layers`;
    return `${model} on ${device === "CPU" ? "the CPU" : device}${share}`;
}

/** An entry of the status item's menu. */
export interface Entry {
    /** The command that it runs. */
    readonly command: string;
    readonly arguments?: readonly unknown[];
    readonly label: string;
    readonly description?: string;
}

/** What the menu needs to know besides the status. */
export interface MenuFacts extends Facts {
    /** The language of the document that is edited, if there is one that the server serves. */
    readonly language: string | undefined;
    readonly eagerness: string;
}

/** The entries of the menu: what helps now comes first. */
export function menu(facts: MenuFacts): readonly Entry[] {
    const { server, status, language, off } = facts;
    const entries: Entry[] = [];
    const add = (label: string, command: string, description?: string, ...given: readonly unknown[]): void => {
        const arguments_ = given.length > 0 ? { arguments: given } : {};
        entries.push({ label, command, ...(description === undefined ? {} : { description }), ...arguments_ });
    };
    const runs = server.kind === "running";
    if (!runs) {
        add("$(debug-restart) Start the server", "codegen.restart");
    }
    if (server.kind === "missing" || server.kind === "failed") {
        add("$(gear) Name the server's program", "codegen.openSettings", "codegen.server.path", "codegen.server.path");
    }
    if (runs && status?.command !== undefined) {
        add(`$(debug-stop) ${status.command.title}`, "codegen.cancelAll");
    }
    if (runs && status?.kind === "Error") {
        add("$(chip) Choose a model…", "codegen.chooseModel");
    }
    if (language !== undefined) {
        add(
            off === undefined
                ? `$(circle-slash) Turn suggestions off for ${language}`
                : `$(check) Turn suggestions on for ${off}`,
            "codegen.toggle",
        );
    }
    if (runs) {
        if (facts.snoozedUntil === undefined) {
            add("$(bell-slash) Snooze suggestions…", "codegen.snooze");
        } else {
            add("$(bell) End the snooze", "codegen.snooze", `until ${facts.snoozedUntil}`, { minutes: 0 });
        }
        add("$(pulse) Set the eagerness…", "codegen.setEagerness", facts.eagerness);
        if (status?.kind !== "Error") {
            add("$(chip) Choose a model…", "codegen.chooseModel", status?.model ?? undefined);
        }
        if (language !== undefined) {
            add("$(question) Why was nothing shown here?", "codegen.why");
        }
        add("$(graph) Show statistics", "codegen.statistics");
        add("$(debug-restart) Restart the server", "codegen.restart");
    }
    add("$(output) Show the log", "codegen.showLog");
    add("$(gear) Open the settings", "codegen.openSettings");
    return entries;
}

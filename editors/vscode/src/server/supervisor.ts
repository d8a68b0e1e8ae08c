/** Starts the server, starts it again when it ends by itself, and says so where that is of no use. */

import { homedir } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import * as vscode from "vscode";
import { CloseAction, ErrorAction, type LanguageClientOptions } from "vscode-languageclient/node";
import { read } from "../decide/log";
import { Restarts } from "../decide/restarts";
import type { ServerState } from "../decide/server_state";
import { SECTION } from "../settings/read";
import { CodegenClient } from "./client";
import * as missing from "./missing";
import { find } from "./program";

/** What a client is made with, besides the program; asked for at every start. */
export interface Make {
    options(): LanguageClientOptions;
    /** What of the options that a client was made with would be other now, beyond what settings tell a server that runs. */
    outdated(options: LanguageClientOptions): "nothing" | "initializationOptions" | "more";
    /** Registers for the server's notifications, before it is started. */
    attach(client: CodegenClient): void;
}

export class Supervisor implements vscode.Disposable {
    private readonly changed = new vscode.EventEmitter<ServerState>();
    readonly onDidChange = this.changed.event;
    private readonly restarts = new Restarts();
    private current: ServerState = { kind: "stopped" };
    private client: CodegenClient | undefined;
    private timer: NodeJS.Timeout | undefined;
    /** The setting that named the program, or did not, at the last start. */
    private setting = "";
    /** Starts and stops, one after the other. */
    private queue: Promise<void> = Promise.resolve();

    constructor(
        private readonly context: vscode.ExtensionContext,
        private readonly log: vscode.LogOutputChannel,
        private readonly make: Make,
    ) {}

    get state(): ServerState {
        return this.current;
    }

    /** The client, while the server runs. */
    get running(): CodegenClient | undefined {
        return this.current.kind === "running" ? this.client : undefined;
    }

    /** The client, once a server that is being started runs; `undefined` if none does. */
    async whenRunning(): Promise<CodegenClient | undefined> {
        const settled = ["running", "stopped", "missing", "failed"];
        while (!settled.includes(this.current.kind)) {
            await new Promise<void>((resolve) => {
                const once = this.onDidChange(() => {
                    once.dispose();
                    resolve();
                });
            });
        }
        return this.running;
    }

    /** Starts the server, if it does not run. */
    start(): Promise<void> {
        return this.enqueue(() => this.startNow());
    }

    /** Ends the server, if it runs, and starts it again; earlier crashes are forgotten. */
    restart(reason: string): Promise<void> {
        this.abandonStart();
        return this.enqueue(async () => {
            this.log.info(`starting the server anew: ${reason}`);
            this.restarts.reset();
            await this.stopNow("starting");
            await this.startNow();
        });
    }

    /** Lets the server have what the user's settings say now: anew, where it cannot be told while it runs. */
    refresh(): Promise<void> {
        // A program that is no server may never answer, so the correction of its name must not wait for it.
        if (this.setting !== pathSetting()) {
            return this.restart("codegen.server.path has changed");
        }
        return this.enqueue(async () => {
            const client = this.client;
            const outdated = client === undefined ? "nothing" : this.make.outdated(client.clientOptions);
            if (client === undefined || outdated === "nothing") {
                return;
            }
            if (outdated === "initializationOptions" && client.takesUserOptions) {
                await client.tellUserOptions(this.make.options().initializationOptions);
                return;
            }
            this.log.info("starting the server anew: settings that it is started with have changed");
            await this.stopNow("starting");
            await this.startNow();
        });
    }

    stop(): Promise<void> {
        this.abandonStart();
        return this.enqueue(() => this.stopNow("stopped"));
    }

    dispose(): void {
        this.changed.dispose();
        clearTimeout(this.timer);
    }

    /** Ends a start that is under way: a program that is no server may never answer. */
    private abandonStart(): void {
        if (this.current.kind === "starting") {
            const client = this.client;
            this.client = undefined;
            client?.serverProcess?.kill();
        }
    }

    private enqueue(work: () => Promise<void>): Promise<void> {
        this.queue = this.queue.then(work).catch((error: unknown) => {
            this.log.error(error instanceof Error ? error : String(error));
        });
        return this.queue;
    }

    private set(state: ServerState): void {
        this.current = state;
        this.changed.fire(state);
    }

    private async startNow(): Promise<void> {
        clearTimeout(this.timer);
        if (this.client !== undefined) {
            return;
        }
        this.setting = pathSetting();
        const found = find(this.setting, this.context.extensionPath);
        if (!("program" in found)) {
            const reason = missing.reason(found);
            this.log.error(reason);
            this.set("wrong" in found ? { kind: "failed", reason } : { kind: "missing" });
            void missing.tell(found, () => void this.restart("it was asked for"), this.log);
            return;
        }
        this.log.info(`starting ${found.program} (${found.from})`);
        this.set({ kind: "starting" });
        const client: CodegenClient = new CodegenClient(
            SECTION,
            "CodeGen",
            // Where it is started is no matter, and must not be a workspace.
            { command: found.program, args: ["--stdio"], options: { cwd: homedir() } },
            {
                ...this.make.options(),
                errorHandler: this.errorHandler(() => client),
                initializationFailedHandler: () => false,
                stdioOptions: { stdout: () => undefined, stderr: logLines },
            },
        );
        this.client = client;
        this.make.attach(client);
        try {
            await client.start();
        } catch (error) {
            this.ended(client, error instanceof Error ? error.message : String(error));
            return;
        }
        this.log.info(`the server runs, as process ${client.serverProcess?.pid ?? 0}`);
        this.set({ kind: "running" });
    }

    private async stopNow(kind: "stopped" | "starting"): Promise<void> {
        clearTimeout(this.timer);
        const client = this.client;
        this.client = undefined;
        this.set({ kind });
        try {
            await client?.dispose();
        } catch (error) {
            // It has ended already, or is ended for not having answered.
            this.log.warn(`the server did not stop in order: ${String(error)}`);
        }
    }

    private errorHandler(client: () => CodegenClient): LanguageClientOptions["errorHandler"] & object {
        return {
            error: () => ({ action: ErrorAction.Continue, handled: true }),
            closed: () => {
                // An end while it starts is told by the start itself.
                if (this.running === client()) {
                    this.ended(client(), "the connection was closed");
                }
                const message = "the connection to the server is closed";
                return { action: CloseAction.DoNotRestart, handled: true, message };
            },
        };
    }

    /** Decides what follows from the end of a server that nobody has stopped. */
    private ended(client: CodegenClient, reason: string): void {
        if (this.client !== client) {
            return;
        }
        this.client = undefined;
        this.log.error(`the server has ended: ${reason}`);
        const decision = this.restarts.ended(Date.now());
        if ("restartAfter" in decision) {
            this.log.info(`starting it again in ${decision.restartAfter} ms`);
            this.set({ kind: "waiting" });
            this.timer = setTimeout(() => void this.start(), decision.restartAfter);
            return;
        }
        this.set({ kind: "failed", reason: "the server has ended four times in three minutes" });
        void this.tellFailed();
    }

    private async tellFailed(): Promise<void> {
        const again = "Restart";
        const log = "Show Log";
        const chosen = await vscode.window.showErrorMessage(
            "CodeGen's server has ended four times in three minutes, so it is not started again. Its log says why.",
            again,
            log,
        );
        if (chosen === again) {
            await this.restart("it was asked for");
        } else if (chosen === log) {
            this.log.show();
        }
    }
}

function pathSetting(): string {
    return vscode.workspace.getConfiguration(SECTION).get<string>("server.path", "");
}

/** Puts what the server writes to standard error into the log. */
function logLines(input: Readable, log: vscode.LogOutputChannel): void {
    createInterface({ input, crlfDelay: Infinity }).on("line", (line) => {
        const { level, text } = read(line);
        log[level](text);
    });
}

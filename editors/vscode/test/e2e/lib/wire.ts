/** What VS Code and the server say to each other, as the tap tells it. */

import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";

import { apply, type Change } from "./text.ts";
import { until } from "./wait.ts";

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** A message of the protocol, and who was sent it. */
export interface Said {
    to: "server" | "client";
    message: Json;
    /** The method; of an answer that of its request, and of a command its name. */
    method: string;
    /** Whether it is an answer. */
    answer: boolean;
}

/** One run of the server: what was said since it started. */
export class Run {
    readonly said: Said[] = [];
    pid = 0;
    /** The process of the tap, which is the server for VS Code. */
    tap = 0;
    /** The exit code or the signal, once the server has ended. */
    exit: number | string | undefined;
    private readonly asked = new Map<string, string>();
    private readonly documents = new Map<string, { text: string; version: number }>();
    private orders = 0;
    private done = 0;

    private readonly socket: Socket;

    constructor(socket: Socket) {
        this.socket = socket;
        let lines = "";
        socket.setEncoding("utf8");
        socket.on("error", () => {});
        socket.on("data", (more: string) => {
            lines += more;
            const whole = lines.split("\n");
            lines = whole.pop() ?? "";
            for (const line of whole) {
                this.take(JSON.parse(line));
            }
        });
    }

    private take(told: Json): void {
        this.pid = told.pid ?? this.pid;
        this.tap = told.tap ?? this.tap;
        this.exit = told.exit ?? this.exit;
        this.done = told.done ?? this.done;
        const { to, message } = told;
        if (!to) {
            return;
        }
        const answer = message.method === undefined;
        // Both sides number their requests; the one who is answered has asked.
        const key = `${answer ? to : to === "server" ? "client" : "server"} ${message.id}`;
        const method = answer ? this.asked.get(key) : (message.params?.command ?? message.method);
        if (!answer && message.id !== undefined) {
            this.asked.set(key, method);
        }
        this.follow(message);
        this.said.push({ to, message, method: method ?? "", answer });
    }

    /** Keeps the documents' texts as the server has to know them. */
    private follow(message: Json): void {
        const document = message.params?.textDocument;
        if (message.method === "textDocument/didOpen") {
            this.documents.set(document.uri, { text: document.text, version: document.version });
        } else if (message.method === "textDocument/didChange") {
            const known = this.documents.get(document.uri);
            const text = message.params.contentChanges.reduce(
                (before: string, change: Change) => apply(before, change),
                known?.text ?? "",
            );
            this.documents.set(document.uri, { text, version: document.version });
        }
    }

    /** The text of the document whose URI ends so, as VS Code has told the server. */
    text(name: string): string | undefined {
        return [...this.documents].find(([uri]) => uri.endsWith(name))?.[1].text;
    }

    /** The texts of a notebook's cells. */
    cells(name: string): string[] {
        return [...this.documents].filter(([uri]) => uri.includes(`/${name}#`)).map(([, { text }]) => text);
    }

    /** How often what has the method was said to `to`. */
    count(method: string, to?: Said["to"]): number {
        return this.said.filter((said) => said.method === method && (!to || said.to === to)).length;
    }

    /** Waits until something is said for which `fits` holds, and returns it. */
    waitFor(what: string, fits: (said: Said) => boolean, from = 0): Promise<Said> {
        return until(
            what,
            () => this.said.slice(from).find(fits),
            () => this.tail(),
        );
    }

    /** Waits for the answer to the next request of the method that was sent after `from`. */
    answer(method: string, from = 0): Promise<Json> {
        return this.waitFor(`the answer to ${method}`, (said) => said.answer && said.method === method, from).then(
            (said) => said.message.result ?? said.message.error ?? null,
        );
    }

    /** Waits until the server has the document, or a cell of the notebook, and a model. */
    async ready(name: string): Promise<void> {
        await this.waitFor(
            `${name} to be opened`,
            ({ method, message }) =>
                method === "textDocument/didOpen" && message.params.textDocument.uri.split("#")[0].endsWith(name),
        );
        await this.waitFor(
            "the model",
            (said) =>
                said.method === "codegen/status" && said.message.params.kind !== "Error" && said.message.params.device,
        );
    }

    /** Holds back messages of these methods, and answers to them, on their way to VS Code. Without any: lets them go. */
    async hold(...methods: string[]): Promise<void> {
        const number = ++this.orders;
        this.socket.write(`${JSON.stringify({ number, hold: methods })}\n`);
        await until("the tap to obey", () => this.done >= number);
    }

    /**
     * Does something while the server stands still, so that for the server all of it happens at once: nothing of its own work
     * comes between.
     */
    async atOnce(work: () => Promise<void>): Promise<void> {
        process.kill(this.pid, "SIGSTOP");
        try {
            await work();
        } finally {
            process.kill(this.pid, "SIGCONT");
        }
    }

    /** The last messages, shortened. */
    tail(): string[] {
        return this.said.slice(-12).map(({ to, message }) => `to ${to}: ${JSON.stringify(message).slice(0, 300)}`);
    }
}

/** Where taps report. */
export class Wire {
    readonly runs: Run[] = [];
    private readonly server: Server;

    private constructor(server: Server) {
        this.server = server;
        server.on("connection", (socket) => this.runs.push(new Run(socket)));
    }

    static async listen(): Promise<Wire> {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return new Wire(server);
    }

    /** Writes a program into `folder` that is the server at `program`, but with a tap on it; returns its path. */
    tap(folder: string, program: string): string {
        const path = join(folder, "tapped-server");
        const words = [
            process.execPath,
            join(import.meta.dirname, "tap.mjs"),
            String((this.server.address() as AddressInfo).port),
            program,
        ];
        writeFileSync(path, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`);
        chmodSync(path, 0o755);
        return path;
    }

    /** Waits for the first run of the server after the `before` runs that were. */
    run(before: number): Promise<Run> {
        return until("the server to be started", () => this.runs[before]);
    }

    close(): void {
        this.server.close();
        // The taps' connections end with VS Code.
        this.server.unref();
    }
}

/** A real VS Code, served to a browser: code-server in folders of its own. */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

import { until } from "./wait.ts";

/** A VS Code as it was installed: code-server's package, and the Node that it was made for. */
export interface Installed {
    node: string;
    codeServer: string;
    /** Whether it can be told how long it waits for a window that is gone. */
    graceTime?: boolean;
}

export interface Start {
    installed: Installed;
    /** An empty folder for all that VS Code and the server write. */
    folder: string;
    vsix: string;
    /** Whether folders are asked about before they are trusted. */
    trust?: boolean | undefined;
    environment?: Record<string, string>;
}

export interface Settings {
    /** The user's own. */
    user?: object | undefined;
    /** The user's own for this machine: only here programs and models may be named. */
    machine?: object | undefined;
}

/** What makes a run quiet: no welcome page, no network, and no entries of the menu that are not asked for. */
const QUIET = {
    "workbench.startupEditor": "none",
    "telemetry.telemetryLevel": "off",
    "editor.inlineSuggest.enabled": true,
    "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
    "editor.wordBasedSuggestions": "off",
    "editor.suggestOnTriggerCharacters": false,
    "extensions.autoCheckUpdates": false,
    "extensions.ignoreRecommendations": true,
    "chat.disableAIFeatures": true,
    "files.autoSave": "off",
    "editor.minimap.enabled": false,
    "workbench.enableExperiments": false,
    "window.restoreWindows": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
};

export class CodeServer {
    readonly port: number;
    readonly folder: string;
    private readonly process: ChildProcess;
    private user: object = {};
    private machine: object = {};
    private first: Settings = {};

    private constructor(port: number, folder: string, process: ChildProcess) {
        this.port = port;
        this.folder = folder;
        this.process = process;
    }

    /** Installs the extension into a fresh profile, and starts VS Code. */
    static async start(start: Start, settings: Settings = {}): Promise<CodeServer> {
        const { installed, folder } = start;
        const port = await freePort();
        for (const name of ["user/User", "user/Machine", "extensions", "workspaces"]) {
            mkdirSync(join(folder, name), { recursive: true });
        }
        const configuration = join(folder, "code-server.yaml");
        writeFileSync(configuration, `bind-addr: 127.0.0.1:${port}\nauth: none\ncert: false\n`);
        const entry = join(installed.codeServer, "out/node/entry.js");
        const common = [
            entry,
            "--config",
            configuration,
            "--user-data-dir",
            join(folder, "user"),
            "--extensions-dir",
            join(folder, "extensions"),
        ];
        const environment = isolated(folder);
        await promisify(execFile)(installed.node, [...common, "--install-extension", start.vsix], { env: environment });
        const log = openSync(join(folder, "code-server.log"), "w");
        const trust = start.trust ? [] : ["--disable-workspace-trust"];
        // Where the farewell of a window gets lost, as on a busy machine, its extensions would run for another five minutes.
        const grace = installed.graceTime ? ["--reconnection-grace-time", "5"] : [];
        const more = ["--disable-telemetry", "--disable-update-check", ...trust, ...grace];
        const child = spawn(installed.node, [...common, ...more], {
            env: environment,
            stdio: ["ignore", log, log],
        });
        const server = new CodeServer(port, folder, child);
        server.first = settings;
        server.reset();
        await until("VS Code to be served", async () => {
            if (child.exitCode !== null) {
                throw new Error(`code-server ended with ${child.exitCode}; see ${join(folder, "code-server.log")}`);
            }
            return fetch(`http://127.0.0.1:${port}/healthz`).then(
                (answer) => answer.ok,
                () => false,
            );
        });
        return server;
    }

    /** Writes the user's settings, and those of the machine as far as they are given. */
    configure(settings: Settings): void {
        this.user = { ...this.user, ...settings.user };
        this.machine = { ...this.machine, ...settings.machine };
        this.write("User", this.user);
        this.write("Machine", this.machine);
    }

    /**
     * Writes a file of settings, if it is to change. VS Code reads it as soon as anything happens to it, so it takes its place
     * when it is complete: half of it would be other settings.
     */
    private write(kind: "User" | "Machine", settings: object): void {
        const path = join(this.folder, "user", kind, "settings.json");
        const text = JSON.stringify(settings, null, 2);
        if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
            writeFileSync(`${path}.new`, text);
            renameSync(`${path}.new`, path);
        }
    }

    /** Takes the settings back to those that VS Code was started with. */
    reset(): void {
        this.user = QUIET;
        this.machine = {};
        this.configure(this.first);
    }

    /** Makes a workspace with these files, and returns its path. */
    workspace(name: string, files: Record<string, string>): string {
        const path = join(this.folder, "workspaces", name);
        for (const [file, text] of Object.entries(files)) {
            mkdirSync(join(path, file, ".."), { recursive: true });
            writeFileSync(join(path, file), text);
        }
        return path;
    }

    /** The address that opens a file of a workspace. */
    address(workspace: string, file: string): string {
        const open = [["openFile", `vscode-remote://127.0.0.1:${this.port}${join(workspace, file)}`]];
        return `http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(open))}`;
    }

    /** The extension's log of the window in which it has said this; empty if there is none. */
    log(said: string): string {
        const logs = join(this.folder, "user/logs");
        const files = readdirSync(logs, { recursive: true, encoding: "utf8" });
        const texts = files
            .filter((file) => file.endsWith("CodeGen.log"))
            .map((file) => readFileSync(join(logs, file), "utf8"));
        return texts.find((text) => text.includes(said)) ?? "";
    }

    /** Ends VS Code and all that it has started. */
    async stop(): Promise<void> {
        if (this.process.exitCode !== null || this.process.signalCode !== null) {
            return;
        }
        const ended = new Promise((resolve) => this.process.once("exit", resolve));
        this.process.kill("SIGTERM");
        await ended;
    }
}

/** The environment with folders of its own for configurations, caches and states: the user's must have no effect, and must not change. */
function isolated(folder: string): NodeJS.ProcessEnv {
    const home = join(folder, "home");
    // A test that runs in VS Code's own terminal must not be taken for a part of that VS Code.
    const foreign = /^(VSCODE_|ELECTRON_|CODE_SERVER|NODE_OPTIONS$|NODE_TEST)/;
    const own = Object.entries(process.env).filter(([variable]) => !foreign.test(variable));
    const folders = ["CONFIG", "DATA", "STATE", "CACHE"].map((kind) => [
        `XDG_${kind}_HOME`,
        join(home, kind.toLowerCase()),
    ]);
    for (const [, path] of folders) {
        mkdirSync(path!, { recursive: true });
    }
    return { ...Object.fromEntries([...own, ...folders]), HOME: home };
}

async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/** What every test file needs: one VS Code, one browser, and windows with a tapped server. */

import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

import type { Browser } from "playwright-core";

import { CodeServer, type Installed, type Settings } from "./code_server.ts";
import { until } from "./wait.ts";
import { Window, browse } from "./window.ts";
import { Wire, type Run } from "./wire.ts";

/** What the caller has set up, by the environment. `cargo xtask test --only vscode` does. */
const variable = (name: string): string => {
    const value = process.env[name];
    if (!value) {
        throw new Error(`${name} is not set; run these tests by: cargo xtask test --only vscode`);
    }
    return value;
};

export const installed = {
    current: (): Installed => ({
        node: variable("E2E_NODE"),
        codeServer: variable("E2E_CODE_SERVER"),
        graceTime: true,
    }),
    minimum: (): Installed => ({ node: variable("E2E_MINIMUM_NODE"), codeServer: variable("E2E_MINIMUM_CODE_SERVER") }),
};

export interface Options {
    vsix?: string;
    installed?: Installed;
    /** Whether folders are asked about before they are trusted. */
    trust?: boolean;
    /** Whether the server inside of the extension is used as a user has it, instead of one with a tap. */
    bundled?: boolean;
    settings?: Settings;
}

export class Session {
    readonly server: CodeServer;
    readonly wire: Wire;
    readonly browser: Browser;
    private readonly pictures: string;
    private readonly windows: Window[] = [];
    private count = 0;

    private constructor(server: CodeServer, wire: Wire, browser: Browser, pictures: string) {
        this.server = server;
        this.wire = wire;
        this.browser = browser;
        this.pictures = pictures;
    }

    static async start(name: string, options: Options = {}): Promise<Session> {
        const folder = join(variable("E2E_OUT"), name);
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        const wire = await Wire.listen();
        const tapped = options.bundled ? {} : { "codegen.server.path": wire.tap(folder, variable("CODEGEN_LSP")) };
        const [browser, server] = await Promise.all([
            browse(variable("E2E_CHROMIUM")),
            CodeServer.start(
                {
                    installed: options.installed ?? installed.current(),
                    folder,
                    vsix: options.vsix ?? variable("E2E_VSIX"),
                    trust: options.trust,
                },
                { user: options.settings?.user, machine: { ...tapped, ...options.settings?.machine } },
            ),
        ]);
        return new Session(server, wire, browser, join(variable("E2E_OUT"), "pictures"));
    }

    /** The path of another program, which is the same server with a tap. */
    another(): string {
        const folder = join(this.server.folder, "another");
        mkdirSync(folder, { recursive: true });
        return this.wire.tap(folder, variable("CODEGEN_LSP"));
    }

    /** Opens a window on a workspace of its own with these files; the first one is opened. */
    async window(files: Record<string, string>): Promise<Window> {
        this.count += 1;
        return this.windowOn(this.server.workspace(`w${this.count}`, files), Object.keys(files)[0]!);
    }

    /** Opens a window on a workspace that is there. */
    async windowOn(workspace: string, file: string): Promise<Window> {
        const window = await Window.open(this.browser, this.server, workspace, file, this.pictures);
        this.windows.push(window);
        return window;
    }

    /** Opens a window as `window` does, and waits until its server has the file and a model. */
    async ready(files: Record<string, string>): Promise<{ window: Window; run: Run; file: string }> {
        const before = this.wire.runs.length;
        const window = await this.window(files);
        const run = await this.wire.run(before);
        const file = basename(Object.keys(files)[0]!);
        await run.ready(file);
        await window.ready();
        return { window, run, file };
    }

    /** Closes the windows that a test has opened, and waits for their servers to end. */
    async closeWindows(): Promise<void> {
        await Promise.all(this.windows.splice(0).map((window) => window.close()));
        await until("the servers to end", () => this.wire.runs.every((run) => run.exit !== undefined));
    }

    async stop(): Promise<void> {
        await Promise.all(this.windows.splice(0).map((window) => window.close()));
        await this.browser.close();
        await this.server.stop();
        this.wire.close();
    }
}

/** A window of VS Code, as a person sees and uses it: keys, the mouse, and what is on the screen. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { chromium, type Browser, type Page } from "playwright-core";

import type { CodeServer } from "./code_server.ts";
import { LIMIT, pause, until } from "./wait.ts";

const MANIFEST = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")) as {
    contributes: { commands: { command: string; title: string; category?: string }[] };
};

/** What takes the keys in an editor, in this version of VS Code and in older ones. */
const INPUT = [".native-edit-context", "textarea.inputarea"]
    .map((part) => `.editor-instance .monaco-editor ${part}`)
    .join();

/** A browser that reaches this machine only. Without its own sandbox, which does not work for root; it opens our pages only. */
export function browse(program: string): Promise<Browser> {
    return chromium.launch({
        executablePath: program,
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        ],
    });
}

export class Window {
    readonly page: Page;
    private readonly pictures: string;

    private constructor(page: Page, pictures: string) {
        this.page = page;
        this.pictures = pictures;
    }

    /** Opens a file of a workspace in a window of its own, with the cursor in the editor. */
    static async open(
        browser: Browser,
        server: CodeServer,
        workspace: string,
        file: string,
        pictures: string,
    ): Promise<Window> {
        const context = await browser.newContext({ viewport: { width: 1100, height: 700 } });
        await context.grantPermissions(["clipboard-read", "clipboard-write"]);
        const page = await context.newPage();
        page.setDefaultTimeout(LIMIT);
        const window = new Window(page, pictures);
        await page.goto(server.address(workspace, file));
        await page.waitForSelector(".monaco-editor .view-lines");
        return window;
    }

    /**
     * Waits until the language status says that the model is there. What the extension has told VS Code before that, such as
     * who suggests, has been taken in by then.
     */
    async ready(): Promise<void> {
        await until(
            "the language status",
            async () => /CodeGen: (?!starting|loading)/.test((await this.status()) ?? ""),
            () => this.status(),
        );
    }

    /** The language status, as a screen reader is told. */
    async status(): Promise<string | undefined> {
        const labels = await this.page.$$eval(
            "[id='status.languageStatus'], [id='status.languageStatus'] [aria-label]",
            (found) => found.map((part) => part.getAttribute("aria-label")),
        );
        return labels.find((label) => label !== null) ?? undefined;
    }

    async close(): Promise<void> {
        // Leaving the page tells VS Code at once that the window is gone; closing it would leave its server running.
        await this.page.goto("about:blank").catch(() => {});
        await this.page.context().close();
    }

    /** Puts the cursor into the editor, at its text's end or where `keys` move it from the start. */
    async focus(...keys: string[]): Promise<void> {
        // Without the mouse: lenses may be anywhere.
        await this.page.locator(INPUT).first().focus();
        await this.keys(...(keys.length > 0 ? ["Control+Home", ...keys] : ["Control+End"]));
    }

    async keys(...keys: string[]): Promise<void> {
        for (const key of keys) {
            await this.page.keyboard.press(key);
        }
    }

    async type(text: string): Promise<void> {
        await this.page.keyboard.type(text, { delay: 15 });
    }

    /**
     * The ghost text: what follows in the cursor's line, and the lines below. Empty where there is none; undefined
     * while it changes, since its parts are drawn one after the other.
     */
    ghost(): Promise<string | undefined> {
        return this.page.evaluate(async () => {
            const texts = (selector: string) =>
                [...document.querySelectorAll(selector)].map((part) => part.textContent ?? "");
            const shown = () => {
                const below = [...document.querySelectorAll(".ghost-text")].flatMap((zone) => {
                    const lines = [...zone.querySelectorAll(".view-line")];
                    return lines.length > 0 ? lines.map((line) => line.textContent ?? "") : [zone.textContent ?? ""];
                });
                const text = [texts(".ghost-text-decoration").join(""), ...below].join("\n");
                return text.replaceAll("\u00a0", " ").trimEnd();
            };
            const before = shown();
            for (let frame = 0; frame < 3; frame += 1) {
                await new Promise(requestAnimationFrame);
            }
            return shown() === before ? before : undefined;
        });
    }

    /** Waits for ghost text, for which `fits` holds if it is given. */
    waitForGhost(what = "ghost text", fits: (text: string) => boolean = () => true): Promise<string> {
        return until(
            what,
            async () => {
                const text = await this.ghost();
                return text !== undefined && text !== "" && fits(text) && text;
            },
            () => this.screen(),
        );
    }

    /** The lines of the editor that are on the screen, ghost text included. */
    async screen(): Promise<string[]> {
        const lines = await this.page.$$eval(".editor-instance .view-lines .view-line", (found) =>
            found.map((line) => [parseInt((line as HTMLElement).style.top, 10), line.textContent ?? ""] as const),
        );
        return lines.sort(([a], [b]) => a - b).map(([, text]) => text.replaceAll("\u00a0", " "));
    }

    texts(selector: string): Promise<string[]> {
        return this.page.$$eval(selector, (found) =>
            found.map((part) => (part.textContent ?? "").replaceAll("\u00a0", " ")),
        );
    }

    /** The texts that decorations add to the editor's. */
    decorations(): Promise<string[]> {
        return this.page.$$eval(".editor-instance .monaco-editor [class*=ced-]", (found) =>
            found
                .flatMap((part) => ["::before", "::after"].map((which) => getComputedStyle(part, which).content))
                .filter((content) => content.startsWith('"')),
        );
    }

    lenses(): Promise<string[]> {
        return this.texts(".codelens-decoration a");
    }

    messages(): Promise<string[]> {
        return this.texts(
            ".notifications-toasts .notification-list-item-message, .notifications-center .notification-list-item-message",
        );
    }

    /** Waits for a text that matches among those of the selector, and returns all of them. */
    waitFor(what: string, look: () => Promise<string[]>, pattern: RegExp): Promise<string[]> {
        return until(
            what,
            async () => {
                const texts = await look();
                return texts.some((text) => pattern.test(text)) && texts;
            },
            look,
        );
    }

    /** The ghost text, if it comes within two seconds: for what is tried more than once. */
    async soonGhost(): Promise<string> {
        const start = Date.now();
        while (Date.now() - start < 2_000) {
            const text = await this.ghost();
            if (text) {
                return text;
            }
            await pause(50);
        }
        return "";
    }

    /** Clicks a button of a message. */
    async clickMessage(button: string): Promise<void> {
        await this.page.locator(".notifications-toasts .monaco-button").filter({ hasText: button }).first().click();
    }

    /** Clicks the first lens whose title matches. */
    async clickLens(title: RegExp): Promise<void> {
        // A lens may be drawn anew at any time; a click on one that is gone is made again.
        await this.page.locator(".codelens-decoration a").filter({ hasText: title }).first().click();
    }

    /** Runs one of the extension's commands from the palette. */
    async command(id: string): Promise<void> {
        const command = MANIFEST.contributes.commands.find(({ command }) => command === id);
        if (!command) {
            throw new Error(`the extension has no command ${id}`);
        }
        await this.palette(command.category ? `${command.category}: ${command.title}` : command.title);
    }

    /** Runs a command by its title in the palette. */
    async palette(title: string): Promise<void> {
        await this.keys("F1");
        const input = this.page.locator(".quick-input-widget:visible input[type=text]");
        await input.waitFor();
        await input.fill(`>${title}`);
        const row = this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: title }).first();
        await row.waitFor();
        await row.click();
    }

    /** Chooses an entry of the list that is open. */
    async choose(entry: RegExp): Promise<void> {
        const labels = this.page.locator(".quick-input-list .monaco-list-row .label-name");
        await labels.filter({ hasText: entry }).first().click();
    }

    /** Keeps what the window looks like. */
    async picture(name: string): Promise<void> {
        mkdirSync(this.pictures, { recursive: true });
        // Nothing that appears below the mouse.
        await this.page.mouse.move(180, 420);
        await pause(300);
        await this.page.screenshot({
            path: join(this.pictures, `${name}.png`),
            animations: "disabled",
            caret: "initial",
        });
    }
}

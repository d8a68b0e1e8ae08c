/** The language client, as far as it differs from what vscode-languageclient makes by itself. */

import * as vscode from "vscode";
import {
    ExecuteCommandRequest,
    LanguageClient,
    type ClientCapabilities,
    type DynamicFeature,
    type StaticFeature,
} from "vscode-languageclient/node";

/** The schemes of documents that somebody writes in. Read-only ones, such as those of a difference, get nothing. */
const SCHEMES = ["file", "untitled", "vscode-notebook-cell", "vscode-interactive-input", "vscode-remote", "vscode-vfs"];

/** The documents that the server is told of. */
export function selector(languages: readonly string[]): { scheme: string; language: string }[] {
    return languages.flatMap((language) => SCHEMES.map((scheme) => ({ scheme, language })));
}

/** Whether a document is one of them. */
export function isServed(document: vscode.TextDocument, languages: readonly string[]): boolean {
    return SCHEMES.includes(document.uri.scheme) && languages.includes(document.languageId);
}

/** Says in `initialize` what this client does beyond vscode-languageclient. */
class OwnCapabilities implements StaticFeature {
    fillClientCapabilities(capabilities: ClientCapabilities): void {
        capabilities.experimental = { ...(capabilities.experimental as object | undefined), codegenStatus: true };
        capabilities.workspace = { ...capabilities.workspace, executeCommand: { dynamicRegistration: false } };
    }

    initialize(): void {
        // There is nothing to register.
    }

    getState(): { kind: "static" } {
        return { kind: "static" };
    }

    clear(): void {
        // Nothing was registered.
    }
}

export class CodegenClient extends LanguageClient {
    /**
     * The server's commands are the extension's own: they are there before the server runs, and take their arguments from the
     * editor where they have none.
     */
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as the base class has it
    override registerFeature(feature: StaticFeature | DynamicFeature<any>): void {
        const method = "registrationType" in feature ? feature.registrationType.method : undefined;
        if (method !== ExecuteCommandRequest.method) {
            super.registerFeature(feature);
        }
    }

    protected override registerBuiltinFeatures(): void {
        super.registerBuiltinFeatures();
        this.registerFeature(new OwnCapabilities());
    }

    /** Logs an error. The supervisor shows what the user can do something about. */
    override error(message: string, data?: unknown): void {
        super.error(message, data, false);
    }

    /** Whether the server can be told while it runs what the user's own settings say. */
    get takesUserOptions(): boolean {
        const experimental = this.initializeResult?.capabilities.experimental as unknown;
        return (
            typeof experimental === "object" &&
            experimental !== null &&
            "codegenUserOptions" in experimental &&
            experimental.codegenUserOptions === true
        );
    }

    /** Tells it. They take the place of the `initializationOptions`. */
    async tellUserOptions(options: unknown): Promise<void> {
        this.clientOptions.initializationOptions = options;
        await this.sendNotification("codegen/userOptions", { settings: options });
    }

    /** Asks the server to run one of its commands. */
    async execute(command: string, argument: unknown): Promise<unknown> {
        return this.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] });
    }
}

/** Reads VS Code's settings. */

import * as vscode from "vscode";
import type { Inspect, Option } from "../decide/options";

export const SECTION = "codegen";

interface Manifest {
    readonly contributes: {
        readonly configuration: readonly {
            readonly title: string;
            readonly properties: Readonly<Record<string, { readonly scope?: string }>>;
        }[];
    };
}

/** The title of the part of the manifest's settings that is made from the server's schema. */
export const SERVER_OPTIONS = "Options of the Server";

/** The server's options, as the manifest lists them. */
export function options(manifest: unknown): readonly Option[] {
    const parts = (manifest as Manifest).contributes.configuration;
    const properties = parts.find((part) => part.title === SERVER_OPTIONS)?.properties ?? {};
    return Object.entries(properties).map(([name, { scope }]) => ({
        name: name.slice(SECTION.length + 1),
        userOnly: scope === "machine",
    }));
}

/** The values that settings were given, as they count for a resource. */
export function inspect(resource?: vscode.Uri): Inspect {
    const section = vscode.workspace.getConfiguration(SECTION, resource ?? null);
    return (name) => section.inspect(name);
}

/** Sets one of the user's settings; with `undefined` takes it back to the default. */
export async function setUser(name: string, value: unknown): Promise<void> {
    await vscode.workspace.getConfiguration(SECTION).update(name, value, vscode.ConfigurationTarget.Global);
}

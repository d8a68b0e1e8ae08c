/** What the server is told of VS Code's settings, and what of them the extension keeps for itself. */

/** One of the server's options, as the manifest lists it. */
export interface Option {
    /** Its name without `codegen.`. */
    readonly name: string;
    /** Whether only the user may set it (the scope `machine`). */
    readonly userOnly: boolean;
}

/** The values of a setting: its default, and those that it was given. */
export interface Layers {
    readonly defaultValue?: unknown;
    readonly globalValue?: unknown;
    readonly workspaceValue?: unknown;
    readonly workspaceFolderValue?: unknown;
}

export type Inspect = (name: string) => Layers | undefined;

interface Nested {
    [key: string]: unknown;
}

/**
 * The `initializationOptions`: what the user's own settings say. Defaults are left out, so that they do not win over the
 * user's own file of options. Where the user has not trusted the workspace, no program is ever run.
 */
export function userOptions(options: readonly Option[], inspect: Inspect, trustedWorkspace: boolean): Nested {
    const nested: Nested = {};
    for (const { name } of options) {
        put(nested, name, inspect(name)?.globalValue);
    }
    if (!trustedWorkspace) {
        nested["trusted"] = false;
    }
    return nested;
}

/**
 * The answer to `workspace/configuration`: what the workspace's settings say. The server decides how far they count. It has
 * the user's already, and of those it could not tell who has set them.
 */
export function workspaceOptions(options: readonly Option[], inspect: Inspect): Nested {
    const nested: Nested = {};
    for (const { name, userOnly } of options) {
        if (!userOnly) {
            const layers = inspect(name);
            put(nested, name, layers?.workspaceFolderValue ?? layers?.workspaceValue);
        }
    }
    return nested;
}

function put(nested: Nested, name: string, value: unknown): void {
    if (value === undefined) {
        return;
    }
    const keys = name.split(".");
    const last = keys.pop();
    let inner = nested;
    for (const key of keys) {
        inner = (inner[key] ??= {}) as Nested;
    }
    if (last !== undefined) {
        inner[last] = value;
    }
}

/**
 * Whether `codegen.enable` allows suggestions in documents of a language. Each layer of settings can only take away: a
 * workspace cannot turn on what its user has turned off.
 */
export function enabled(layers: Layers | undefined, language: string): boolean {
    const { globalValue, workspaceValue, workspaceFolderValue } = layers ?? {};
    return [globalValue, workspaceValue, workspaceFolderValue].every((map) => allows(map, language));
}

function allows(map: unknown, language: string): boolean {
    if (typeof map !== "object" || map === null) {
        return true;
    }
    const languages = map as Readonly<Record<string, unknown>>;
    return (Object.hasOwn(languages, language) ? languages[language] : languages["*"]) !== false;
}

/** The languages of the documents that the server is told of: those of `codegen.languages` and `codegen.inline.languages`. */
export function languages(inspect: Inspect): readonly string[] {
    const listed = (name: string): readonly string[] => {
        const { defaultValue, globalValue, workspaceValue, workspaceFolderValue } = inspect(name) ?? {};
        const value = workspaceFolderValue ?? workspaceValue ?? globalValue ?? defaultValue;
        return Array.isArray(value) ? value.filter((language) => typeof language === "string") : [];
    };
    return [...new Set([...listed("languages"), ...listed("inline.languages")])];
}

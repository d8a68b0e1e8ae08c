import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

interface Manifest {
    readonly icon: string;
    readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
    readonly contributes: {
        readonly commands: readonly { readonly command: string }[];
        readonly menus: Readonly<Record<string, readonly { readonly command?: string }[]>>;
        readonly configuration: readonly {
            readonly properties: Readonly<Record<string, { readonly scope?: string }>>;
        }[];
        readonly walkthroughs: readonly {
            readonly steps: readonly {
                readonly description: string;
                readonly media: { readonly markdown: string };
                readonly completionEvents: readonly string[];
            }[];
        }[];
        readonly keybindings: readonly { readonly command: string; readonly key: string }[];
    };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const { commands, menus, configuration, walkthroughs, keybindings } = manifest.contributes;
const contributed = new Set(commands.map(({ command }) => command));
const source = ["extension", "decide/arguments", "turns/commands"]
    .map((file) => readFileSync(`src/${file}.ts`, "utf8"))
    .join("\n");

test("every command of the manifest is registered", () => {
    for (const command of contributed) {
        const name = command.slice("codegen.".length);
        const registered = source.includes(`"${command}"`) || new RegExp(`\\b${name}(:|,$)`, "m").test(source);
        assert.ok(registered, command);
    }
});

test("menus and the walkthrough name commands that there are", () => {
    const named = Object.values(menus).flatMap((items) => items.flatMap(({ command }) => command ?? []));
    for (const { description, completionEvents } of walkthroughs.flatMap(({ steps }) => steps)) {
        named.push(...[...description.matchAll(/command:(codegen\.\w+)/g)].map(([, command]) => command ?? ""));
        named.push(...completionEvents.flatMap((event) => /^onCommand:(.*)/.exec(event)?.[1] ?? []));
    }
    assert.ok(named.length > 10);
    assert.deepEqual(
        named.filter((command) => !contributed.has(command)),
        [],
    );
});

test("files that the manifest names are there", () => {
    const files = [manifest.icon, ...walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown))];
    assert.deepEqual(
        files.filter((file) => !existsSync(file)),
        [],
    );
});

test("what only the user may set does not count in a workspace that is not trusted", () => {
    const settings = configuration.flatMap(({ properties }) => Object.entries(properties));
    const users = settings.filter(([, { scope }]) => scope === "machine").map(([name]) => name);
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    assert.deepEqual([...restricted].sort(), users.sort());
    for (const name of ["server.path", "model", "lora", "synthesis.python", "trusted"]) {
        assert.ok(restricted.includes(`codegen.${name}`), name);
    }
});

test("the keys for suggestions are VS Code's, but for the one that it leaves to extensions", () => {
    assert.deepEqual(
        keybindings.map(({ command, key }) => [command, key]),
        [["editor.action.inlineSuggest.trigger", "alt+\\"]],
    );
});

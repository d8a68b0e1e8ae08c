// Writes the server's options into package.json, from the server's own schema; with `--check` only compares.
//
//   npm run settings -- [--check] [PROGRAM]      PROGRAM: codegen-lsp, by default the one on the PATH

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const MANIFEST = new URL("../package.json", import.meta.url);
/** As in src/settings/read.ts. */
const TITLE = "Options of the Server";

const flags = process.argv.slice(2);
const check = flags.includes("--check");
const program = flags.find((flag) => !flag.startsWith("--")) ?? "codegen-lsp";

let schema;
try {
    schema = execFileSync(program, ["config", "schema", "--for", "vscode"], { encoding: "utf8" });
} catch (error) {
    console.error(`cannot ask ${program} for its options: ${error.message}`);
    process.exit(2);
}

const before = readFileSync(MANIFEST, "utf8");
const manifest = JSON.parse(before);
const parts = manifest.contributes.configuration;
parts.find((part) => part.title === TITLE).properties = JSON.parse(schema);
// What only the user may set does not count in a workspace that the user has not trusted, wherever it is set.
manifest.capabilities.untrustedWorkspaces.restrictedConfigurations = parts
    .flatMap((part) => Object.entries(part.properties))
    .filter(([, property]) => property.scope === "machine")
    .map(([name]) => name);
const after = `${JSON.stringify(manifest, null, 2)}\n`;

if (before === after) {
    console.log("package.json has the server's options");
} else if (check) {
    console.error("package.json does not have the options of this server: run `npm run settings`");
    process.exit(1);
} else {
    writeFileSync(MANIFEST, after);
    console.log("wrote the server's options into package.json");
}

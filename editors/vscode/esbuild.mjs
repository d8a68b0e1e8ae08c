// Bundles the extension into dist/extension.js, or with `--tests` each unit test into dist-test/.

import { readdirSync, rmSync } from "node:fs";
import { build, context } from "esbuild";

const flags = new Set(process.argv.slice(2));
const tests = flags.has("--tests");

/** @type {import("esbuild").BuildOptions} */
const options = {
    bundle: true,
    platform: "node",
    // The Node of VS Code 1.91, the oldest that the manifest allows.
    target: "node20",
    format: "cjs",
    logLevel: "warning",
    ...(tests
        ? {
              entryPoints: readdirSync("test/unit")
                  .filter((name) => name.endsWith(".test.ts"))
                  .map((name) => `test/unit/${name}`),
              outdir: "dist-test",
              sourcemap: "inline",
          }
        : {
              entryPoints: ["src/extension.ts"],
              outfile: "dist/extension.js",
              // VS Code provides this module.
              external: ["vscode"],
              minify: flags.has("--minify"),
              sourcemap: flags.has("--minify") ? false : "linked",
          }),
};

if (tests) {
    // A test that is gone must not go on passing.
    rmSync("dist-test", { recursive: true, force: true });
}
if (flags.has("--watch")) {
    await (await context(options)).watch();
} else {
    await build(options);
}

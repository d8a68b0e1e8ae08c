#!/usr/bin/env node
// Starts the program that the package of this platform has, with this process' input and output.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");

const name = `codegen-lsp-${process.platform}-${process.arch}`;

function fail(message) {
    console.error(`error: ${message}`);
    process.exit(2);
}

function find() {
    let folder;
    try {
        folder = dirname(require.resolve(`${name}/package.json`));
    } catch {
        fail(`the package ${name} is not installed. Install codegen-lsp again, with optional dependencies; if there is no such \
package, there is no program for this platform yet`);
    }
    const program = join(folder, process.platform === "win32" ? "codegen-lsp.exe" : "codegen-lsp");
    if (!existsSync(program)) {
        fail(`the package ${name} has no program. Install it again`);
    }
    return program;
}

const child = spawn(find(), process.argv.slice(2), { stdio: "inherit", windowsHide: true });
// A terminal sends SIGINT to both processes; the others reach only this one.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => fail(`the program cannot be started: ${error.message}`));
child.on("exit", (code, signal) => {
    if (signal !== null) {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
    } else {
        process.exit(code ?? 1);
    }
});

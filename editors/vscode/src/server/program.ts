/** Finds the server's program on this machine. */

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { resolve, type Found } from "../decide/resolve";

/** Finds the program. `setting` is that of `codegen.server.path`, `extension` the extension's folder. */
export function find(setting: string, extension: string): Found {
    const windows = process.platform === "win32";
    return resolve(
        {
            setting,
            bundled: join(extension, "server", windows ? "codegen-lsp.exe" : "codegen-lsp"),
            path: (process.env["PATH"] ?? "").split(delimiter),
            home: homedir(),
            windows,
        },
        runnable,
    );
}

function runnable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
    } catch {
        return false;
    }
}

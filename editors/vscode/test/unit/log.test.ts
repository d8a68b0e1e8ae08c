import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../src/decide/log";

const table: readonly (readonly [string, string, string])[] = [
    ["2026-11-29T17:50:24.910123Z  INFO codegen_lsp::server: ready", "info", "codegen_lsp::server: ready"],
    ["2026-11-29T17:50:24.910123Z ERROR x: ERROR", "error", "x: ERROR"],
    ["2026-11-29T17:50:24Z  WARN x", "warn", "x"],
    ["thread 'main' panicked at src/main.rs", "error", "thread 'main' panicked at src/main.rs"],
    ["", "error", ""],
];
for (const [line, level, text] of table) {
    test(`the server logs ${JSON.stringify(line)}`, () => {
        assert.deepEqual(read(line), { level, text });
    });
}

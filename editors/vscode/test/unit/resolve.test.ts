import assert from "node:assert/strict";
import { test } from "node:test";
import { resolve, type Found, type Places } from "../../src/decide/resolve";

const linux: Places = {
    setting: "",
    bundled: "/ext/server/codegen-lsp",
    path: ["/usr/bin", "/home/me/.cargo/bin/"],
    home: "/home/me",
    windows: false,
};
const windows: Places = {
    setting: "",
    bundled: "C:\\ext\\server\\codegen-lsp.exe",
    path: ["C:\\bin"],
    home: "C:\\me",
    windows: true,
};

const table: readonly (readonly [string, Places, readonly string[], Found])[] = [
    [
        "the bundled one before the PATH",
        linux,
        ["/ext/server/codegen-lsp", "/usr/bin/codegen-lsp"],
        { program: "/ext/server/codegen-lsp", from: "bundled" },
    ],
    [
        "a setting before the bundled one",
        { ...linux, setting: "/own/codegen-lsp" },
        ["/own/codegen-lsp", "/ext/server/codegen-lsp"],
        { program: "/own/codegen-lsp", from: "setting" },
    ],
    [
        "the home folder in a setting",
        { ...linux, setting: " ~/bin/c " },
        ["/home/me/bin/c"],
        { program: "/home/me/bin/c", from: "setting" },
    ],
    [
        "a wrong setting is told, whatever else there is",
        { ...linux, setting: "/none" },
        ["/ext/server/codegen-lsp"],
        { wrong: "/none" },
    ],
    ["a relative setting is never run", { ...linux, setting: "bin/c" }, ["bin/c"], { wrong: "bin/c" }],
    [
        "the PATH, in order",
        linux,
        ["/home/me/.cargo/bin/codegen-lsp"],
        { program: "/home/me/.cargo/bin/codegen-lsp", from: "PATH" },
    ],
    [
        "no relative folder of the PATH",
        { ...linux, path: [".", "", "bin"] },
        ["./codegen-lsp", "/codegen-lsp", "bin/codegen-lsp"],
        { missing: true },
    ],
    ["nothing", linux, [], { missing: true }],
    ["Windows", windows, ["C:\\bin\\codegen-lsp.exe"], { program: "C:\\bin\\codegen-lsp.exe", from: "PATH" }],
    [
        "a setting on Windows",
        { ...windows, setting: "d:/c.exe" },
        ["d:/c.exe"],
        { program: "d:/c.exe", from: "setting" },
    ],
    [
        "a share on Windows",
        { ...windows, setting: "\\\\host\\c.exe" },
        ["\\\\host\\c.exe"],
        { program: "\\\\host\\c.exe", from: "setting" },
    ],
];

for (const [name, places, programs, expected] of table) {
    test(`the server's program: ${name}`, () => {
        assert.deepEqual(
            resolve(places, (path) => programs.includes(path)),
            expected,
        );
    });
}

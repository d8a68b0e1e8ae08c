import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["dist", "dist-test", "node_modules", "server", "test/e2e"] },
    {
        files: ["src/**/*.ts", "test/unit/**/*.ts"],
        extends: [tseslint.configs.strictTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: true }],
        },
    },
    {
        // What is decided is decided on plain data, so that tables can test it.
        files: ["src/decide/**/*.ts", "src/protocol.ts"],
        rules: { "no-restricted-imports": ["error", { paths: ["vscode"], patterns: ["vscode-languageclient*"] }] },
    },
    {
        files: ["test/unit/**/*.ts"],
        // `test` answers with a promise that its runner waits for.
        rules: { "@typescript-eslint/no-floating-promises": "off" },
    },
);

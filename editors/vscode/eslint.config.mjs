import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["dist", "dist-test", "node_modules", "server"] },
    {
        files: ["src/**/*.ts", "test/**/*.ts"],
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
        files: ["test/**/*.ts"],
        // `test` answers with a promise that its runner waits for.
        rules: { "@typescript-eslint/no-floating-promises": "off" },
    },
    {
        files: ["test/e2e/**/*.ts"],
        rules: {
            // Messages on the wire are looked at as they are; where one is not what the test says, the test fails.
            "@typescript-eslint/no-unsafe-argument": "off",
            "@typescript-eslint/no-unsafe-assignment": "off",
            "@typescript-eslint/no-unsafe-call": "off",
            "@typescript-eslint/no-unsafe-member-access": "off",
            "@typescript-eslint/no-unsafe-return": "off",
            "@typescript-eslint/no-non-null-assertion": "off",
            // What is set before the tests is not there if that has failed.
            "@typescript-eslint/no-unnecessary-condition": "off",
        },
    },
);

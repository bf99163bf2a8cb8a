// Rules that find defects, most of them with type information; layout is Prettier's. Each surprising choice says why.

import { defineConfig } from "eslint/config";
import sortImports from "eslint-plugin-simple-import-sort";
import tseslint from "typescript-eslint";

const shapes = [
  { selector: "ExportDefaultDeclaration", message: "Name what you export." },
  { selector: "ExportAllDeclaration", message: "No barrels: import from the file that has it." },
];

export default defineConfig(
  // dependency-cruiser checks its configuration itself.
  { ignores: ["dist/", "node_modules/", ".cache/", ".dependency-cruiser.mjs"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.{ts,tsx,js,mjs,cjs}"],
    extends: [tseslint.configs.base],
    plugins: { "sort-imports": sortImports },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Modules of Node, packages, then ours, from far to near: imports are not worth a conflict.
      "sort-imports/imports": ["error", { groups: [["^node:", "^@?\\w", "^\\.\\.", "^\\."]] }],

      // Promises: a lost rejection is a lost message.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "describe", "it", "suite"] },
          ],
        },
      ],
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      // A promise returned out of a try block escapes its catch.
      "@typescript-eslint/return-await": ["error", "in-try-catch"],
      "no-async-promise-executor": "error",

      // Errors are InterimapErrors or at least Errors, and what is caught is unknown until looked at.
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/use-unknown-in-catch-callback-variable": "error",
      "no-unsafe-finally": "error",

      // `any` switches all other checks off, wherever it spreads.
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unsafe-argument": "error",
      "@typescript-eslint/no-unsafe-assignment": "error",
      "@typescript-eslint/no-unsafe-call": "error",
      "@typescript-eslint/no-unsafe-member-access": "error",
      "@typescript-eslint/no-unsafe-return": "error",
      "@typescript-eslint/no-unnecessary-type-assertion": "error",

      // A written default is a decision; a switch without one names every member, so that a new one is a lint error.
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // 0 is a valid UIDNEXT, MODSEQ or size and "" a valid reference or host name: compare, do not test for truth.
      "@typescript-eslint/strict-boolean-expressions": [
        "error",
        { allowNumber: false, allowNullableString: false, allowNullableBoolean: true, allowNullableObject: true },
      ],
      eqeqeq: "error",
      "no-fallthrough": "error",
      "no-self-compare": "error",
      "no-unmodified-loop-condition": "error",
      "no-unreachable-loop": "error",
      "array-callback-return": "error",
      // Objects and Errors in messages: "[object Object]" helps nobody.
      "@typescript-eslint/no-base-to-string": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/restrict-plus-operands": "error",
      "@typescript-eslint/unbound-method": "error",
      "@typescript-eslint/no-deprecated": "error",
      "@typescript-eslint/require-array-sort-compare": ["error", { ignoreStringArrays: true }],

      // Shape of the code.
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/consistent-type-exports": "error",
      // With verbatimModuleSyntax `import { type A }` still loads the module; `import type { A }` does not.
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/max-params": ["error", { max: 3 }],
      "@typescript-eslint/prefer-readonly": "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-restricted-syntax": ["error", ...shapes],
    },
  },
  {
    files: ["src/**"],
    rules: {
      // People's lines come from the reporter, diagnosis from the log; nothing writes past them.
      "no-console": "error",
    },
  },
  {
    files: ["src/**"],
    ignores: ["src/bin/{interimap,imapsync,job-process,imapsync-web,interimap-fleet}.ts"],
    rules: {
      // Leaving in the middle loses what is not committed: throw, and let src/bin/ choose the exit code.
      "no-restricted-properties": ["error", { object: "process", property: "exit" }],
    },
  },
  {
    files: ["src/sync/**"],
    ignores: ["src/sync/flags/flag-ledger.ts"],
    rules: {
      // What is known of flags and what is still to be dealt with change together.
      "no-restricted-syntax": [
        "error",
        ...shapes,
        {
          selector: `MemberExpression[object.property.name="pending"][property.name=/change|report/i]`,
          message: "Flags are the ledger's: src/sync/flags/flag-ledger.ts.",
        },
      ],
    },
  },
  {
    // Its helper writes the rows of a table, which read best without names.
    files: ["src/model/errors.ts"],
    rules: { "@typescript-eslint/max-params": "off" },
  },
  {
    // A property takes one parameter for each thing that is made up.
    files: ["test/property/**"],
    rules: { "@typescript-eslint/max-params": "off" },
  },
  {
    // ESLint wants a default export.
    files: ["eslint.config.js"],
    rules: { "no-restricted-syntax": "off" },
  },
);

// What all calls of esbuild have in common.

import type { BuildOptions, Plugin, TransformOptions } from "esbuild";

/** Instead of looking for it in a dozen places. Node loads it, so it cannot be inside the bundle. */
export const nativeAddOn: Plugin = {
  name: "native add-on",
  setup(builder) {
    builder.onResolve({ filter: /^bindings$/ }, () => ({ path: "bindings", namespace: "add-on" }));
    builder.onLoad({ filter: /./, namespace: "add-on" }, () => ({
      contents: 'module.exports = () => require("better-sqlite3/build/Release/better_sqlite3.node");',
    }));
  },
};

export const forNode = {
  bundle: true,
  platform: "node",
  target: "node20",
  // pg looks for a native add-on of its own only where it is asked to.
  external: ["better-sqlite3/build/*", "pg-native"],
  logLevel: "warning",
} as const satisfies BuildOptions;

export const forText = {
  format: "cjs",
  platform: "node",
  target: forNode.target,
  // Text that is compiled cannot import anything but by what it is given.
  supported: { "dynamic-import": false },
} as const satisfies TransformOptions;

/** V8 reads plain ASCII faster than anything else. esbuild leaves comments and regular expressions as they are. */
export function ascii(text: string): string {
  return text.replace(/[\x80-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// Makes the files of the web page: one style, one script and one picture, whose names change with what is in them.

import { mkdir, rm } from "node:fs/promises";
import { build } from "esbuild";

/** Replaces what is in the directory. */
export async function bundlePage(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await build({
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: ["chrome109", "firefox115", "safari16"],
    entryPoints: {
      page: "src/web/page/client/main.tsx",
      style: "src/web/page/style/page.css",
      icon: "src/web/page/style/icon.svg",
    },
    loader: { ".svg": "copy" },
    outdir: directory,
    entryNames: "[name]-[hash]",
    legalComments: "none",
    logLevel: "warning",
  });
}

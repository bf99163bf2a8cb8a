// The files of the page as `npm run build` left them. Their names change with what is in them, so they may be kept for ever.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Asset } from "./props.ts";

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

// From dist/ and from the source.
const candidates = ["./web/", "../../../dist/web/"];

/** All of them; none before the first build. */
export const assets: readonly Asset[] = readAssets();

/** Where the page finds each. */
export const assetPaths = { style: pathOf("css"), script: pathOf("js"), icon: pathOf("svg") };

function readAssets(): Asset[] {
  const directory = candidates.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (directory === undefined) return [];
  return readdirSync(directory)
    .sort()
    .map((name) => {
      const contentType = types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
      return { path: `/assets/${name}`, contentType, body: readFileSync(new URL(name, directory)) };
    });
}

function pathOf(ending: string): string {
  return assets.find(({ path }) => path.endsWith(`.${ending}`))?.path ?? `/assets/page.${ending}`;
}

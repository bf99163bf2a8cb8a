// Which packages are inside the programs of dist/, by what esbuild puts there.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { forNode, nativeAddOn } from "./esbuild-options.ts";

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX. */
  readonly licence: string;
  readonly author: string | undefined;
  /** Relative to the root of the repository. */
  readonly directory: string;
  /** Octets of all its files that the programs use; what several programs hold counts once. */
  readonly size: number;
}

/** Sorted by directory. better-sqlite3 is among them: its JavaScript is bundled, too. */
export async function bundledPackages(): Promise<readonly BundledPackage[]> {
  const programs = readdirSync("src/bin").filter((file) => file !== "launcher.ts");
  const { metafile } = await build({
    ...forNode,
    // Of CSS, only what scripts import counts; none do.
    format: "esm",
    splitting: true,
    minify: true,
    entryPoints: [...programs.map((file) => `src/bin/${file}`), "src/web/page/client/main.tsx"],
    outdir: "dist",
    write: false,
    metafile: true,
    plugins: [nativeAddOn],
  });
  const sizes = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs))
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const directory = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
      if (directory !== undefined) sizes.set(directory, (sizes.get(directory) ?? 0) + bytesInOutput);
    }
  return [...sizes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([directory, size]) => ({ ...described(directory), size }));
}

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

function described(directory: string): Omit<BundledPackage, "size"> {
  const { name, version, license, author } = JSON.parse(
    readFileSync(join(directory, "package.json"), "utf8"),
  ) as PackageJson;
  if (license === undefined) throw new Error(`${directory} names no licence`);
  return { name, version, licence: license, author: typeof author === "object" ? author.name : author, directory };
}

/** The text that the package comes with; undefined where there is none. */
export function licenceText(directory: string): string | undefined {
  const file = readdirSync(directory).find((name) => /^licen[cs]e(?:[-.](?:md|txt|mit))?$/i.test(name));
  const path = join(directory, file ?? "");
  return file !== undefined && existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

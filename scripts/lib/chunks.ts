// Cuts a program into chunks: what every run of it needs, and what `import()` brings.

import { basename } from "node:path";
import { build } from "esbuild";
import { forNode, nativeAddOn } from "./esbuild-options.ts";

export interface Chunk {
  readonly text: string;
  /** Of our own module that is imported with `import()`; undefined for what several share. */
  readonly module: string | undefined;
  /** The chunks that it imports; those of an `import()` are not among them. */
  readonly imports: readonly string[];
}

/** By names like `./chunk-X.js` and `./watch-X.js`. */
export type Chunks = ReadonlyMap<string, Chunk>;

/** `entry`: the module that the program begins with. */
export async function split(entry: string): Promise<Chunks> {
  const { outputFiles, metafile } = await build({
    ...forNode,
    format: "esm",
    splitting: true,
    entryPoints: [entry],
    outdir: "dist",
    write: false,
    metafile: true,
    define: { "import.meta.url": "__url" },
    plugins: [nativeAddOn],
  });
  // As chunks they have no names but "default".
  for (const { imports } of Object.values(metafile.inputs))
    for (const { kind, original = "" } of imports)
      if (kind === "dynamic-import" && !original.startsWith("."))
        throw new Error(`import("${original}"): import a module of our own that has "from" for the package`);
  const nameOf = (path: string): string => `./${basename(path)}`;
  const described = new Map(Object.entries(metafile.outputs).map(([path, output]) => [nameOf(path), output]));
  return new Map(
    outputFiles.map(({ path, text }) => {
      const imports = described.get(nameOf(path))?.imports ?? [];
      const isChunk = ({ kind, external }: (typeof imports)[number]): boolean =>
        kind === "import-statement" && external !== true;
      const module = described.get(nameOf(path))?.entryPoint;
      return [nameOf(path), { text, module, imports: imports.filter(isChunk).map((one) => nameOf(one.path)) }];
    }),
  );
}

/** These chunks, and all that they import. */
export function withImports(chunks: Chunks, names: readonly string[]): ReadonlySet<string> {
  const all = new Set(names);
  for (const name of all) for (const one of chunks.get(name)?.imports ?? []) all.add(one);
  return all;
}

/** Modules for a file beside the bundle. */
export interface Apart {
  readonly modules: readonly string[];
  readonly file: string;
}

/** The file beside the bundle for each chunk that is needed by the modules of one such file only. */
export function filesApart(chunks: Chunks, apart: readonly Apart[]): ReadonlyMap<string, string> {
  const isEntry = (modules: readonly string[], { module }: Chunk): boolean =>
    module !== undefined && modules.includes(module);
  const namesOf = (chosen: (chunk: Chunk) => boolean): string[] =>
    [...chunks].filter(([, chunk]) => chunk.module !== undefined && chosen(chunk)).map(([name]) => name);
  return new Map(
    apart.flatMap(({ modules, file }) => {
      const elsewhere = withImports(
        chunks,
        namesOf((chunk) => !isEntry(modules, chunk)),
      );
      const needed = withImports(
        chunks,
        namesOf((chunk) => isEntry(modules, chunk)),
      );
      const own = [...needed].filter((name) => !elsewhere.has(name));
      if (own.length === 0) throw new Error(`nothing is in ${file}`);
      return own.map((name) => [name, file] as const);
    }),
  );
}

// What the build has had V8 compile already: a file beside the program, of the functions that a run uses. It is as much a part of
// the installation as the program, is of one version of Node, and fits one build only. docs/adr/0004-start-up.md says why.

import type fs from "node:fs";
import type vm from "node:vm";

/** What V8 made of each text, by its name. */
export type Compiled = Readonly<Record<string, Buffer>>;

type Files = Pick<typeof fs, "openSync" | "fstatSync" | "readSync" | "closeSync">;

interface Heading {
  /** How the program begins that it was made of. */
  readonly program: string;
  readonly machine: string;
  readonly parts: Readonly<Record<string, readonly [from: number, octets: number]>>;
}

/** Of the heading, with blanks behind it. */
const headingOctets = 8192;

/** What one version of Node makes is of no use to another. */
const machine = `${process.versions.node} ${process.arch}`;

/** The file's content. */
export function writtenCompiled(program: string, compiled: Compiled): Buffer {
  const parts: Record<string, readonly [number, number]> = {};
  let from = headingOctets;
  for (const [name, { length }] of Object.entries(compiled)) {
    parts[name] = [from, length];
    from += length;
  }
  const heading: Heading = { program: program.slice(0, program.indexOf("\n") + 1), machine, parts };
  const text = JSON.stringify(heading).padEnd(headingOctets);
  if (text.length > headingOctets) throw new Error(`the heading has ${String(text.length)} octets`);
  return Buffer.concat([Buffer.from(text), ...Object.values(compiled)]);
}

/**
 * Reads a part when it is asked for, out of the file that is there now, even if an upgrade replaces it. Undefined: it is of
 * another build, or for another Node.
 */
export function openCompiled(
  { openSync, readSync }: Files,
  { file, program }: { readonly file: string; readonly program: string },
): ((name: string) => Buffer | undefined) | undefined {
  const descriptor = openSync(file, "r");
  const read = (from: number, octets: number): Buffer | undefined => {
    const part = Buffer.allocUnsafeSlow(octets);
    return readSync(descriptor, part, 0, octets, from) === octets ? part : undefined;
  };
  const heading = JSON.parse(read(0, headingOctets)?.toString("latin1") ?? "{}") as Partial<Heading>;
  const { parts } = heading;
  if (heading.machine !== machine || parts === undefined) return undefined;
  if (heading.program === undefined || !program.startsWith(heading.program)) return undefined;
  return (name) => {
    const place = parts[name];
    return place && read(...place);
  };
}

/** An expression that yields a function. */
export interface Code {
  readonly name: string;
  readonly text: string;
  /** For stack traces. */
  readonly filename: string;
}

export type Compile = (code: Code) => (...values: readonly unknown[]) => unknown;

/** If what was compiled does not fit, V8 compiles the text after all. */
export function scriptOf(
  { Script }: Pick<typeof vm, "Script">,
  { text, filename }: Code,
  cachedData?: Buffer,
): vm.Script {
  return new Script(text, cachedData === undefined ? { filename } : { filename, cachedData });
}

const opening = "(function (exports, require, module, __filename, __dirname, __compile) {";
const closing = "\n})";

/** Reads a program as an expression that yields a function. Put together any later, it would be copied twice. */
export function readProgram({ openSync, fstatSync, readSync, closeSync }: Files, file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const text = Buffer.allocUnsafeSlow(opening.length + size + closing.length);
    text.write(opening, "latin1");
    const end = opening.length + readSync(descriptor, text, opening.length, size, 0);
    return text.toString("latin1", 0, end + text.write(closing, end, "latin1"));
  } finally {
    closeSync(descriptor);
  }
}

export interface Program extends Code {
  readonly directory: string;
  readonly require: unknown;
}

/** As Node's `require` does; but the program has what it loads on use compiled in the same way. */
export function runProgram({ directory, require, ...code }: Program, compile: Compile): void {
  const module = { exports: {} };
  compile(code)(module.exports, require, module, code.filename, directory, compile);
}

// What a folder of host1 is called on host2. The order of the rules is the original's.

import { canonicalName, isInbox } from "../../model/mailbox-name.ts";
import type { Host } from "../options/host.ts";
import type { Options } from "../options/options.ts";
import { givenName } from "./given-name.ts";
import { inboxCase } from "./inbox-case.ts";
import type { Layout } from "./layout.ts";
import { belowSubfolder1, insideSubfolder2, subfolder2Base, unlessEmpty } from "./subfolders.ts";

export type NameMapper = (folder1: string) => string;

export interface Mapping {
  readonly options: Pick<Options, "f1f2" | "fixslash2" | "fixInboxINBOX" | "subfolder1" | "subfolder2">;
  readonly layouts: Readonly<Record<Host, Layout>>;
  /** All names, as the servers list them. */
  readonly folders: Readonly<Record<Host, readonly string[]>>;
  /** Names of host1 whose special use host2 has another folder for. */
  readonly automap?: ReadonlyMap<string, string>;
  /** `--regextrans2`: all of them, one after another. */
  readonly substitute?: (name: string) => string;
}

/** @returns a function from wire names to wire names. */
export function nameMapper(mapping: Mapping): NameMapper {
  const { options, folders, automap, substitute = (name: string) => name } = mapping;
  const pairs = new Map([...options.f1f2].map(([from, to]) => [canonicalName(givenName(from)), givenName(to)]));
  const inbox = options.fixInboxINBOX ? inboxCase(folders[1], folders[2]) : undefined;
  return (folder1) => {
    const given = pairs.get(canonicalName(folder1)) ?? automap?.get(folder1);
    if (given !== undefined) return given;
    const name = substitute(mapped(folder1, mapping));
    return inbox !== undefined && name === inbox.from ? inbox.to : name;
  };
}

/** By all rules but the explicit ones. */
function mapped(folder1: string, mapping: Mapping): string {
  const { options, layouts } = mapping;
  const subfolder1 = unlessEmpty(options.subfolder1);
  const subfolder2 = unlessEmpty(options.subfolder2);
  const below = subfolder1 === undefined ? undefined : belowSubfolder1(folder1, subfolder1, layouts[1]);
  // What was below the one is below the other, and the one itself becomes the other.
  if (below === "" && subfolder2 !== undefined) return subfolder2Base(subfolder2, layouts[2]);
  const name = translate(below ?? folder1, mapping);
  return subfolder2 === undefined ? name : insideSubfolder2(name, subfolder2, layouts[2]);
}

/** From host1's way of writing names to host2's. */
function translate(name: string, { options: { fixslash2 }, layouts }: Mapping): string {
  const [from, to] = [layouts[1], layouts[2]];
  if (name === "" || name === from.prefix) return "INBOX";
  const plain = name.startsWith(from.prefix) ? name.slice(from.prefix.length) : name;
  const swapped = swap(plain, from.separator, to.separator);
  const fixed = fixslash2 && from.separator === "/" && to.separator !== "/" ? swapped.replaceAll("/", "_") : swapped;
  return isInbox(fixed) ? fixed : to.prefix + fixed;
}

/** Both ways at once: what is no separator on host1 must not become one on host2. */
function swap(name: string, a: string, b: string): string {
  if (a === "" || b === "") return name;
  return name
    .split(a)
    .map((level) => level.replaceAll(b, a))
    .join(b);
}

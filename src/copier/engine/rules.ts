// What the options of a run mean, as functions that the engine calls: made once, so that what is wrong with one shows at the start.

import { createHash } from "node:crypto";
import { storableFlags } from "../../model/flags.ts";
import { compileRegex, compileSubstitutions } from "../messages/perl-expression.ts";
import type { Options } from "../options/options.ts";
import type { Rules } from "./copy-run.ts";

/** @throws InterimapError USAGE for what cannot be understood. */
export function rulesOf(options: Options): Rules {
  const anyOf = (texts: readonly string[], option: string): ((folder: string) => boolean) | undefined => {
    const patterns = texts.map((text) => compileRegex(text, option));
    return patterns.length === 0 ? undefined : (folder) => patterns.some((matches) => matches(folder));
  };
  const identity = { fields: ["MESSAGE-ID", "RECEIVED"], sign, asksAgain: options.wholeheaderifneeded };
  return {
    folders: {
      include: anyOf(options.include, "--include"),
      exclude: anyOf(options.exclude, "--exclude"),
      substitute: compileSubstitutions(options.regextrans2, "--regextrans2"),
    },
    identity: { local: identity, remote: identity },
    flagsOn2: storableFlags,
    prepare: undefined,
    search: { local: options.search1, remote: options.search2 },
    sizes: {
      above: options.minsize ?? -1,
      most: Math.min(options.maxsize ?? Infinity, options.appendlimit ?? Infinity),
    },
  };
}

function sign(header: Buffer): string | undefined {
  return header.length <= 2 ? undefined : createHash("md5").update(header).digest("binary");
}

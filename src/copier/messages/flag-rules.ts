// Which flags a message gets on host2, in the order: \Recent goes, buggy flags go, --regexflag, case, what the mailbox keeps.

import { type FlagSet, flagSet, type PermanentFlags, sendableFlags, storableFlags } from "../../model/flags.ts";
import type { Options } from "../options/options.ts";
import { compileSubstitutions } from "./perl-expression.ts";

export type FlagOptions = Pick<Options, "filterbuggyflags" | "regexflag" | "flagscase" | "filterflags">;

/** The flags for host2, given those of host1 and what the mailbox of host2 keeps. Equal lists are worked out once. */
export type FlagRules = (flags: FlagSet, permanent: PermanentFlags) => FlagSet;

/** @throws InterimapError USAGE for --regexflag */
export function flagRules(options: FlagOptions): FlagRules {
  const change = flagTextRules(options);
  const known = new WeakMap<FlagSet, FlagSet>();
  const changed = (flags: FlagSet): FlagSet => {
    let result = known.get(flags);
    if (result === undefined) {
      const text = change(flags.key);
      const isAsBefore = text === flags.key && !/[^\S ]/.test(text);
      result = isAsBefore ? flags : flagSet(text.split(/\s+/).filter(isFlag));
      known.set(flags, result);
    }
    return result;
  };
  return (flags, permanent) =>
    options.filterflags && permanent.names !== undefined
      ? storableFlags(changed(flags), permanent)
      : sendableFlags(changed(flags));
}

function isFlag(word: string): boolean {
  return word !== "";
}

/**
 * All but what the mailbox keeps, as the text between the parentheses of FLAGS.
 * @throws InterimapError USAGE for --regexflag
 */
export function flagTextRules(options: Omit<FlagOptions, "filterflags">): (flags: string) => string {
  const substitute = compileSubstitutions(options.regexflag, "--regexflag");
  return (flags) => {
    const told = withoutRecent(flags);
    const substituted = substitute(options.filterbuggyflags ? withoutBuggyFlags(told) : told);
    return options.flagscase ? inUsualCase(substituted) : substituted;
  };
}

function withoutRecent(flags: string): string {
  return flags.replace(/(?:^|\s+)\\Recent(?!\S)/gi, "").trimStart();
}

const usual = new Map(
  ["Answered", "Flagged", "Deleted", "Seen", "Draft"].map((name) => [name.toLowerCase(), `\\${name}`]),
);

/** Those with a backslash that RFC 3501 2.3.2 does not have: few servers take them from others. */
function withoutBuggyFlags(flags: string): string {
  return flags.replace(/\\(\S+)/g, (flag, name: string) => (usual.has(name.toLowerCase()) ? flag : ""));
}

function inUsualCase(flags: string): string {
  const words = flags.replace(/\\(\S+)/g, (flag, name: string) => usual.get(name.toLowerCase()) ?? flag);
  return words.replace(/\s+/g, " ");
}

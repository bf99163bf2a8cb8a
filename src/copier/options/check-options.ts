// Options that exclude each other, or need one another.

import type { InterimapError } from "../../model/errors.ts";
import type { GivenOptions, Options } from "./options.ts";
import { usageError } from "./usage-error.ts";

/** `given`: what the command line says; `options`: what follows from it. @throws InterimapError USAGE */
export function checkOptions(given: GivenOptions, options: Options): void {
  const { delete1, delete2, usecache, useuid, skipcrossduplicates, search1, search2, dry, yes } = options;
  if (delete1 && delete2) {
    throw exclude(
      "delete1",
      "delete2",
      "one deletes on host1 what is on host2, the other on host2 what is not on host1",
    );
  }
  if (usecache && skipcrossduplicates) {
    const [name, remedy] = useuid ? ["useuid", "--nousecache"] : ["usecache", "--noskipcrossduplicates"];
    throw exclude(name, "skipcrossduplicates", `add ${remedy}, or leave one of them out`);
  }
  if (useuid && given.delete2duplicates === true) {
    throw exclude("useuid", "delete2duplicates", "only headers show which messages are the same");
  }
  // Whatever the search leaves out on host1 would seem to be missing there.
  if (delete2 && search1 !== search2 && search1 !== undefined && !dry && !yes) {
    throw usageError(
      "--delete2 with --search1 deletes on host2 all messages that --search1 does not select on host1",
      "use --search, which selects on both, look at it with --dry, or add --yes",
    );
  }
  for (const host of [1, 2] as const) {
    if (options[`proxyauth${host}`] && options[`authuser${host}`] === undefined)
      throw usageError(`--proxyauth${host} needs --authuser${host}`);
  }
}

function exclude(one: string, other: string, why: string): InterimapError {
  return usageError(`--${one} and --${other} exclude each other`, why);
}

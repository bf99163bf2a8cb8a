// Whether the options of an account are those of a copy, before it is queued.

import { optionsFault } from "../../job/check-options.ts";
import type { Account } from "./account.ts";
import { hostOptions } from "./host-options.ts";

/** A run has them from the fleet, or they are about files and terminals of the machine that happens to do it. */
const reserved: ReadonlySet<string> = new Set([
  ...["host1", "user1", "password1", "passfile1", "host2", "user2", "password2", "passfile2"],
  ...["state", "usecache", "useuid", "tmpdir", "logfile", "logdir", "log", "pidfile", "pidfilelocking"],
  ...["abort", "abortbyfile", "tail", "dry", "justlogin", "justconnect", "justfolders", "justfoldersizes"],
  ...["justfolderlists", "justautomap", "json", "report", "errorsdump"],
]);

/** In words; undefined: nothing is wrong. */
export function accountFault(account: Account): string | undefined {
  return optionsFault({ own: hostOptions(account), options: account.options, reserved });
}

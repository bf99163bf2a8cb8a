// Whether the options of an account are those of its engine, before it is queued.

import { optionsFault } from "../../job/check-options.ts";
import { settingsFault } from "../../job/check-settings.ts";
import type { Account } from "./account.ts";
import { hostOptions, hostSettings } from "./host-options.ts";

/** A run has them from the fleet, or they are about files and terminals of the machine that happens to do it. */
const reserved: ReadonlySet<string> = new Set([
  ...["host1", "user1", "password1", "passfile1", "host2", "user2", "password2", "passfile2"],
  ...["state", "usecache", "useuid", "tmpdir", "logfile", "logdir", "log", "pidfile", "pidfilelocking"],
  ...["abort", "abortbyfile", "tail", "dry", "justlogin", "justconnect", "justfolders", "justfoldersizes"],
  ...["justfolderlists", "justautomap", "json", "report", "errorsdump"],
]);

/** The same of settings. `command`: a worker is to run none but those for secrets. */
const reservedSettings: ReadonlySet<string> = new Set([
  ...["host", "port", "username", "password", "password-command", "password-file", "password-credential"],
  ...[
    "token-command",
    "token-store-command",
    "oauth-provider",
    "oauth-client-id",
    "oauth-client-secret",
    "oauth-scope",
  ],
  ...["oauth-flow", "oauth-tenant", "oauth-token-file", "command", "null-stderr"],
  ...["database", "logfile", "log-prefix", "log-format", "metrics-file", "idle-mailboxes"],
  ...["full-check-interval", "look-interval", "flag-check-interval", "keep-alive-interval"],
]);

/** In words; undefined: nothing is wrong. */
export function accountFault(account: Account): string | undefined {
  const { engine, options } = account;
  if (engine === "copy") return optionsFault({ own: hostOptions(account), options, reserved });
  return settingsFault({ own: hostSettings(account), settings: options, reserved: reservedSettings });
}

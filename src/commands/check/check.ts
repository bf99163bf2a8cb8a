// check: tries the configuration, the servers and the database as a run would use them. Changes nothing anywhere.

import packageJson from "../../../package.json" with { type: "json" };
import type { Config } from "../../config/config.ts";
import { credentialsOf } from "../../credentials/credentials-of.ts";
import type { Log } from "../../log/log.ts";
import type { Secrets } from "../../log/secrets.ts";
import { type ErrorLine, interrupted } from "../../model/errors.ts";
import { exitCode } from "../../model/exit-code.ts";
import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { checkDatabase } from "./check-database.ts";
import type { CheckDocument } from "./check-document.ts";
import { checkServer } from "./check-server.ts";

export interface CheckCommand {
  readonly config: Config;
  /** Undefined: both servers, and the database. */
  readonly side: Side | undefined;
  readonly log: Log;
  /** Gets to know each secret before it is used. */
  readonly secrets: Pick<Secrets, "add">;
  readonly errorLine: ErrorLine;
  readonly signal: AbortSignal;
}

/** @throws InterimapError INTERRUPTED; everything else is in the answer. */
export async function checkCommand(command: CheckCommand): Promise<CheckDocument> {
  const { config, side: only, log, secrets, errorLine, signal } = command;
  const hide = (secret: string): void => {
    secrets.add(secret);
  };
  const credentials = credentialsOf(config.servers, { log, hide, mayAsk: true });
  const check = (side: Side) =>
    checkServer({ side, settings: config.servers[side], credentials: credentials[side](), log, signal, errorLine });
  try {
    const pending = perSide((side) => (only === undefined || only === side ? check(side) : null));
    const [local, remote] = await Promise.all([pending.local, pending.remote]);
    const servers: PerSide<typeof local> = { local, remote };
    const database = only === undefined ? checkDatabase(config, errorLine) : null;
    const faults = [local?.fault, remote?.fault, database?.fault];
    return {
      ...{ version: packageJson.version, at: new Date().toISOString() },
      exitCode: faults.find((fault) => fault !== undefined && fault !== null)?.exitCode ?? exitCode.done,
      configuration: { file: config.file, warnings: config.warnings },
      ...{ servers, database },
    };
  } catch (error) {
    throw signal.aborted ? interrupted() : error;
  }
}

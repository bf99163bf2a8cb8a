// A run of the real engine between two servers in memory, with a real database and the lines that a user would read.

import { join } from "node:path";
import { connect } from "../../../src/imap/connect.ts";
import type { Level, Log, LogContext } from "../../../src/log/log.ts";
import { defaultLogPrefix, parseLogPrefix } from "../../../src/log/log-prefix.ts";
import { textLines } from "../../../src/log/text-lines.ts";
import { SessionPair } from "../../../src/mail/pool/pair.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import type { ServerSettings } from "../../../src/model/server-settings.ts";
import { type PerSide, perSide, type Side } from "../../../src/model/side.ts";
import { reportTo } from "../../../src/report/human.ts";
import { errorLines } from "../../../src/report/remedy-line.ts";
import { openStore } from "../../../src/state/open-store.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { synchronise } from "../../../src/sync/synchronise.ts";
import { someCredentials } from "../credentials.ts";
import { inetSettings } from "../inet-settings.ts";
import { MemoryConnection, type MemoryOptions } from "./connection.ts";
import { wire } from "./wire.ts";

export interface MemoryRun {
  readonly directory: string;
  readonly servers: PerSide<MemoryOptions>;
  readonly onOctets?: (count: number) => void;
  /** Gets the ends of connections on the servers' side. */
  readonly onConnection?: (end: { destroy(): void }) => void;
  /** Where lines go, besides to {@link MemoryOutcome.lines}. */
  readonly log?: Log;
}

export interface MemoryOutcome {
  /** What ended the run; undefined: nothing did. */
  readonly error: unknown;
  readonly events: readonly SyncEvent[];
  /** As the error output has them, one line each. */
  readonly lines: readonly string[];
}

export const passwords: PerSide<string> = { local: "local-S3cret", remote: "remote-S3cret" };

export async function runBetween(run: MemoryRun): Promise<MemoryOutcome> {
  const store = openStore({ path: join(run.directory, "test.db") });
  const events: SyncEvent[] = [];
  const { log, lines } = linesOf(run.log);
  const errorLine = errorLines();
  const tell = reportTo(log, errorLine);
  const connections = new SessionPair(
    perSide((side) => ({ main: ({ signal }) => connecting(run, { side, log, signal }), limit: 1 })),
  );
  let error: unknown;
  try {
    await synchronise({
      connections,
      store,
      report: (event) => {
        events.push(event);
        tell(event);
      },
      stop: new AbortController().signal,
      query: { references: { local: "", remote: "" }, patterns: ["*"], isTyped: false, selectOptions: [] },
      isIgnored: () => false,
      deletionLimit: undefined,
      matchesExisting: true,
    });
    await connections.logout();
  } catch (thrown) {
    error = thrown;
    if (thrown instanceof InterimapError)
      log.error(errorLine(thrown), thrown.side === undefined ? {} : { side: thrown.side });
  } finally {
    connections.destroy();
    store.close();
  }
  return { error, events, lines };
}

function connecting(
  { servers, onOctets, onConnection }: MemoryRun,
  how: { readonly side: Side; readonly log: Log; readonly signal: AbortSignal },
) {
  const { side } = how;
  const settings: ServerSettings = {
    transport: inetSettings(1),
    auth: ["PLAIN", "LOGIN"],
    username: side,
    authzid: undefined,
    password: { from: "text", text: passwords[side] },
    token: undefined,
    compress: false,
    connections: 1,
    listReference: "",
  };
  return connect(settings, {
    ...how,
    credentials: someCredentials(settings),
    keepAlive: false,
    isEager: true,
    onAlert: (text) => {
      how.log.warn(text, { side });
    },
    open: () => {
      const [ours, theirs] = wire(onOctets);
      new MemoryConnection(theirs, servers[side]);
      onConnection?.(theirs);
      ours.on("error", () => undefined);
      return Promise.resolve({ stream: ours, secure: false });
    },
  });
}

/** With --debug, given once. */
function linesOf(other: Log | undefined): { readonly log: Log; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const form = textLines(parseLogPrefix(defaultLogPrefix));
  const add =
    (level: Level) =>
    (text: string, context: LogContext = {}): void => {
      lines.push(form.line(level, text, context));
      other?.[level](text, context);
    };
  const isDebugging = other?.traffic === true;
  return {
    lines,
    log: {
      traffic: isDebugging,
      showsSecrets: false,
      debug: isDebugging ? add("debug") : () => undefined,
      info: add("info"),
      warn: add("warn"),
      error: add("error"),
    },
  };
}

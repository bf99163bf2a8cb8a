// --json: what happens, one JSON object a line, for programs. docs/json.md describes the lines.

import packageJson from "../../../package.json" with { type: "json" };
import type { LineOutput } from "../../log/line-output.ts";
import type { Level, LogContext } from "../../log/log.ts";
import type { RunLog } from "../../log/logger.ts";
import type { Secrets } from "../../log/secrets.ts";
import type { ErrorLine, InterimapError } from "../../model/errors.ts";
import type { ExitCode } from "../../model/exit-code.ts";
import { perSide, type Side } from "../../model/side.ts";
import type { LookState } from "../../model/watch-state.ts";
import type { SyncEvent } from "../../sync/context/events.ts";
import { isProgress } from "../../sync/context/progress-events.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import { printableJsonLine } from "../../util/printable.ts";
import { lineOf } from "../human.ts";
import type { RemedyOf } from "../remedy-line.ts";
import { RunSum } from "../run-sum.ts";
import { type ErrorFields, eventFields } from "./event-fields.ts";
import type { OwnFields } from "./line-forms.ts";
import { PlanSum } from "./plan-sum.ts";

export interface EventStreamOptions {
  readonly output: Pick<LineOutput, "write">;
  /** None of them is shown. */
  readonly secrets: Pick<Secrets, "blank">;
  readonly errorLine: ErrorLine;
  readonly remedyOf: RemedyOf;
}

/** What a person would read of it. */
interface Words {
  readonly level: Level;
  readonly message: string;
}

export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #startedAt = monotonicMs();
  readonly #sum = new RunSum();
  #plan: PlanSum | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** To be said first. */
  start(run: Pick<OwnFields["started"], "command" | "dryRun" | "configuration">): void {
    if (run.dryRun) this.#plan = new PlanSum();
    this.#write("started", { schemaVersion: 1, version: packageJson.version, pid: process.pid, ...run });
  }

  note(event: SyncEvent): void {
    this.#sum.note(event);
    this.#plan?.note(event);
    const fields = eventFields(event, (error) => this.#errorFields(error));
    this.#writeLine(event.type, fields, isProgress(event) ? undefined : this.#wordsOf(event));
  }

  /** Whatever is a warning or an error there is told here as well. */
  alsoHearing(log: RunLog): RunLog {
    const note = (level: Level, message: string, { side, mailbox }: LogContext = {}): void => {
      const fields = { ...(side !== undefined && { side }), ...(mailbox !== undefined && { mailbox }) };
      this.#write("note", fields, { level, message });
    };
    return {
      ...log,
      warn: (text, context) => {
        log.warn(text, context);
        note("warn", text, context);
      },
      error: (text, context) => {
        log.error(text, context);
        note("error", text, context);
      },
    };
  }

  /** Of a process that goes on. */
  noteFullCheck({ durationMs, skipped }: Pick<LookState, "durationMs" | "skipped">): void {
    this.#write("full-check", { durationMs: Math.round(durationMs), skipped });
  }

  /** Why the run ends. */
  fail(error: InterimapError): void {
    const level = error.code === "INTERRUPTED" ? "info" : "error";
    for (const part of error.parts) {
      const side = part.side ?? error.side;
      const fields = { ...(side !== undefined && { side }), ...this.#errorFields(part) };
      this.#write("failed", fields, { level, message: this.#options.errorLine(part) });
    }
  }

  /** To be said last. */
  end(exitCode: ExitCode): void {
    this.#write("summary", {
      exitCode,
      durationMs: Math.round(monotonicMs() - this.#startedAt),
      sides: perSide((side) => this.#figuresOf(side)),
      messagesMatched: this.#sum.matched,
      skipped: this.#sum.skipped,
      planned: this.#plan?.sides ?? null,
    });
  }

  #figuresOf(side: Side): OwnFields["summary"]["sides"]["local"] {
    const { added, octets, moved, removed, flagged, mailboxes, refused } = this.#sum.sides[side];
    return {
      messagesAdded: added,
      octetsAdded: octets,
      messagesMoved: moved,
      messagesRemoved: removed,
      flagsChanged: flagged,
      mailboxChanges: mailboxes,
      messagesRefused: refused,
    };
  }

  #wordsOf(event: Parameters<typeof lineOf>[0]): Words {
    const { level, text } = lineOf(event, this.#options.errorLine);
    return { level, message: text };
  }

  #errorFields(error: InterimapError): ErrorFields {
    const remedy = this.#options.remedyOf(error);
    return { code: error.code, exitCode: error.exitCode, ...(remedy !== undefined && { remedy }) };
  }

  #write<Kind extends keyof OwnFields>(event: Kind, fields: OwnFields[Kind], words?: Words): void {
    this.#writeLine(event, fields, words);
  }

  #writeLine(event: string, fields: object, words?: Words): void {
    const { level, message } = words ?? {};
    const line = { event, time: new Date().toISOString(), level, ...fields, message };
    this.#options.output.write(`${printableJsonLine(this.#withoutSecrets(line))}\n`);
  }

  /** As JSON has it, without what is undefined. */
  #withoutSecrets(line: object): unknown {
    const { secrets } = this.#options;
    return JSON.parse(
      JSON.stringify(line, (name, value: unknown) =>
        typeof value === "string" && !harmless.has(name) ? secrets.blank(value) : value,
      ),
    );
  }
}

/** These are our own words and numbers: a short password may look like one. */
const harmless: ReadonlySet<string> = new Set([
  "event",
  "time",
  "level",
  "side",
  "code",
  "command",
  "uids",
  "sourceUids",
]);

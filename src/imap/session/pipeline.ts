// Commands in the order in which they are given: which may be written now, and how each ends. Knows how commands overlap, and
// nothing of what they mean. How one is written is in command-writer.ts.
//
//   queue:  [ sent, awaiting their tagged responses | waiting to be written ]
//             inFlight                                #pending

import { InterimapError } from "../../model/errors.ts";
import type { Fence } from "../../model/fence.ts";
import type { Side } from "../../model/side.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import { encodeCommand } from "../codec/write-command.ts";
import { type Command, mayOverlap } from "../command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Discretion } from "../discretion.ts";
import type { Opening, Selection } from "../mailbox/selection.ts";
import { mailboxProtocol } from "../mailbox/unreadable.ts";
import type { TaggedResponse } from "../responses.ts";
import type { Announcements } from "./announcements.ts";
import { CommandList } from "./command-list.ts";
import { CommandWriter } from "./command-writer.ts";
import { Divider, divider } from "./divider.ts";
import type { Ending } from "./ending.ts";
import type { Entry } from "./entry.ts";
import { changesMail } from "./harmless.ts";
import type { InFlight } from "./in-flight.ts";
import type { Outlet } from "./outlet.ts";
import type { Silence } from "./silence.ts";
import type { TrafficLog } from "./traffic-log.ts";

export interface PipelineOptions {
  readonly side: Side;
  /** Filled and emptied here only. */
  readonly inFlight: InFlight<Entry>;
  readonly selection: Selection;
  readonly discretion: Pick<Discretion, "mayHearMessages">;
  readonly announcements: Pick<Announcements, "capabilities">;
  readonly traffic: TrafficLog | undefined;
  readonly outlet: Outlet;
  readonly silence: Pick<Silence, "progress">;
  readonly ending: Pick<Ending, "isOpen" | "end">;
  readonly fence: Fence | undefined;
}

export class Pipeline {
  /** The shortest time that a command took to be answered. */
  roundTripMs = Infinity;
  readonly #options: PipelineOptions;
  readonly #writer: CommandWriter;
  readonly #pending = new CommandList<Entry>();
  /** To be sent again, before everything pending. */
  #again: Entry | undefined;
  #nextTag = 0;
  #isHalted = false;
  readonly #divider: Divider;

  constructor(options: PipelineOptions) {
    this.#options = options;
    const { traffic, outlet, silence, ending } = options;
    this.#divider = new Divider(options);
    this.#writer = new CommandWriter({
      traffic,
      outlet,
      mayEnd: () => ending.isOpen,
      onProgress: () => {
        silence.progress();
      },
      onFree: () => {
        this.#pump();
      },
      fail: (error) => {
        ending.end(error);
      },
    });
  }

  /** Nothing is waiting to be sent or answered. */
  get isIdle(): boolean {
    return this.#options.inFlight.total === 0 && this.#pending.size === 0;
  }

  /** Resolves with the tagged OK. Rejects with CommandRefused, or with the error given to {@link abandon}. */
  run(command: Command): Promise<TaggedResponse> {
    return new Promise((resolve, reject) => {
      const tag = this.#takeTag();
      const segments = encodeCommand(tag, command.parts, this.#options.announcements.capabilities);
      this.#pending.add({ command, resolve, reject, segments, tag });
      if (command.overlap === "select") this.#options.selection.next = command.opens;
      this.#pump();
    });
  }

  /** Writes no command until {@link resume}. */
  halt(): void {
    this.#isHalted = true;
  }

  resume(): void {
    this.#isHalted = false;
    this.#pump();
  }

  /** `+` */
  continue(challenge: string): void {
    this.#writer.continue(challenge);
  }

  /** The tagged response has come. The command's handler may throw; the entry is then still in flight. */
  complete(entry: Entry, response: TaggedResponse): void {
    if (response.status === "OK" && entry.segments.length > 0) {
      // Part of the command has not been sent: a message that never left would count as delivered.
      const words = `the server answered OK to ${entry.command.name} before all of it was sent`;
      this.#options.ending.end(new InterimapError("PROTOCOL", words));
      return;
    }
    if (entry.writtenAt !== undefined) this.roundTripMs = Math.min(this.roundTripMs, monotonicMs() - entry.writtenAt);
    this.#writer.answered(entry);
    if (entry.opening !== undefined && !this.#isSelectionDone(entry, entry.opening, response)) return;
    const { command, resolve, reject } = entry;
    command.onAnswered?.(response);
    // Only now, because if the handler threw, the entry must fail together with all the others.
    this.#options.inFlight.remove(entry);
    if (response.code?.name === "MESSAGELIMIT") reject(partly(command.name, this.#options.side));
    else if (response.status === "OK") resolve(response);
    else reject(new CommandRefused(command.name, response, this.#options.side));
    this.#pump();
  }

  /** The connection is gone, so all commands fail. */
  abandon(error: Error): void {
    const { inFlight } = this.#options;
    const unanswered = [...inFlight.toArray(), ...(this.#again ? [this.#again] : []), ...this.#pending.toArray()];
    for (const entry of unanswered) {
      inFlight.remove(entry);
      this.#pending.remove(entry);
      entry.reject(error);
    }
    this.#again = undefined;
  }

  #pump(): void {
    if (this.#isHalted) return;
    const { inFlight, selection, outlet } = this.#options;
    outlet.gather();
    while (this.#writer.isFree) {
      const next = this.#again ?? this.#pending.first;
      if (next === undefined || this.#divider.isTried) break;
      const { overlap, opens } = next.command;
      const leaves = overlap === "select" && selection.leaves(opens);
      if (leaves && this.#divider.mayPrecede(next.command)) {
        this.#start(this.#divider.entry(this.#takeTag()));
        continue;
      }
      if (!mayOverlap(next.command, inFlight, { closed: selection.closedHabit, leaves })) break;
      if (next === this.#again) this.#again = undefined;
      else this.#pending.remove(next);
      this.#start(next);
    }
  }

  #start(entry: Entry): void {
    const { side, inFlight, selection, discretion, silence, fence } = this.#options;
    const { overlap, opens, divides, view } = entry.command;
    // By now it is confirmed that another mailbox is selected, or none.
    if (overlap === "changing" && view !== undefined && (view !== selection.view || view.isReplaced)) {
      entry.reject(mailboxLost(side));
      return;
    }
    // Only now: a command may have waited long for its turn.
    const refusal = fence === undefined || !changesMail(entry.command) ? undefined : fence();
    if (refusal !== undefined) {
      entry.reject(refusal);
      return;
    }
    if (inFlight.total === 0) silence.progress();
    if (overlap === "select") entry.leaves = divides !== true && selection.leaves(opens);
    inFlight.add(entry);
    if (overlap === "select") {
      discretion.mayHearMessages = true;
      entry.opening = selection.started(opens, entry.command === divider);
    }
    entry.writtenAt = monotonicMs();
    this.#writer.write(entry);
  }

  /** False if the SELECT is sent again, or the connection is ended. */
  #isSelectionDone(entry: Entry, opening: Opening, { status }: TaggedResponse): boolean {
    const { inFlight, selection, announcements, ending } = this.#options;
    const verdict = selection.answered(opening, status === "OK");
    if (verdict === "done") return true;
    if (verdict !== "again") {
      ending.end(new InterimapError("PROTOCOL", whySelectionIsLost[verdict]));
      return false;
    }
    inFlight.remove(entry);
    const tag = this.#takeTag();
    this.#again = { ...entry, tag, segments: encodeCommand(tag, entry.command.parts, announcements.capabilities) };
    this.#pump();
    return false;
  }

  #takeTag(): string {
    return `a${String(this.#nextTag++)}`;
  }
}

const whySelectionIsLost = {
  "not closed": "the server did not say when it closed a mailbox ([CLOSED])",
  "out of order": "the server answered a SELECT before the one that was sent before it",
};

/** RFC 9738 3.1: messages missing from the answer may exist. */
function partly(command: string, side: Side): InterimapError {
  return mailboxProtocol(`the server carried out ${command} for some of the messages only (MESSAGELIMIT)`, side);
}

function mailboxLost(side: Side): InterimapError {
  const message = "the mailbox can no longer be selected";
  return new InterimapError("MAILBOX_UNSTABLE", message, { side, hint: "nothing was changed in it; run again" });
}

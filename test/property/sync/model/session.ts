// Stands in for a Session: carries out on a ModelMailbox what the worker's commands say. No bytes, no sockets.
// When each command is carried out is decided by whoever holds the world together; it tells when an answer is due.

import { withQresync } from "../../../../src/imap/abilities.ts";
import { Capabilities } from "../../../../src/imap/capabilities.ts";
import { encodeCommand } from "../../../../src/imap/codec/write-command.ts";
import type { Command } from "../../../../src/imap/command.ts";
import { CommandRefused } from "../../../../src/imap/command-refused.ts";
import type { MailboxView } from "../../../../src/imap/mailbox/mailbox-view.ts";
import type { FetchResponse, ResponseCode, TaggedResponse, UntaggedResponse } from "../../../../src/imap/responses.ts";
import { type FlagSet, flagSet, unionFlags, withoutFlags } from "../../../../src/model/flags.ts";
import { defaultLimits } from "../../../../src/model/server-limits.ts";
import type { Side } from "../../../../src/model/side.ts";
import { hasUid, maxUid, uidRange, type UidSet, uidSetOf } from "../../../../src/model/uid-set.ts";
import { formatUidSet, parseUidSet } from "../../../../src/model/uid-set-text.ts";
import { readCommands } from "../../../support/strict-commands.ts";
import { fetched, type ModelMailbox, type StoredMessage } from "./mailbox.ts";

export interface ServerTraits {
  /** In octets; larger messages are refused. */
  readonly largest: number | undefined;
  /** Whether it says so beforehand. */
  readonly tellsLargest: boolean;
  readonly takesSeveral: boolean;
  /** Tells of changes, our own too, with every answer, not only when asked (NOOP). */
  readonly isTalkative: boolean;
  /** Gives a keyword of its own to whatever is appended. */
  readonly addsKeyword: boolean;
}

interface Waiting {
  readonly command: Command;
  readonly resolve: (answer: TaggedResponse) => void;
  readonly reject: (error: Error) => void;
}

type Answer = Pick<TaggedResponse, "status"> & { readonly code?: ResponseCode };

export class ModelSession {
  readonly side: Side;
  readonly isUsable = true;
  readonly changesNothing = false;
  /** Near by. */
  readonly roundTripMs = 1;
  readonly abilities = withQresync;
  readonly limits = defaultLimits;
  readonly capabilities: Capabilities;
  view: MailboxView | undefined;
  readonly #mailbox: ModelMailbox;
  readonly #traits: ServerTraits;
  readonly #waiting: Waiting[] = [];

  constructor(side: Side, mailbox: ModelMailbox, traits: ServerTraits) {
    this.side = side;
    this.#mailbox = mailbox;
    this.#traits = traits;
    const { takesSeveral, largest, tellsLargest } = traits;
    this.capabilities = new Capabilities([
      "LITERAL+",
      "UIDPLUS",
      ...(takesSeveral ? ["MULTIAPPEND"] : []),
      ...(tellsLargest && largest !== undefined ? [`APPENDLIMIT=${String(largest)}`] : []),
    ]);
  }

  disavow(): never {
    throw new Error("this server does what it lists");
  }

  run(command: Command): Promise<TaggedResponse> {
    const answered = new Promise<TaggedResponse>((resolve, reject) => {
      this.#waiting.push({ command, resolve, reject });
    });
    answered.catch(() => undefined);
    return answered;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Carries out the oldest command; returns how to answer it. */
  execute(): () => void {
    const { command, resolve, reject } = this.#waiting.shift()!;
    requireWellFormed(command.parts);
    const untagged: UntaggedResponse[] = [];
    if (command.opens !== undefined) this.view = command.opens;
    const { status, code } = this.#carryOut(command, untagged);
    if (command.name === "NOOP" || this.#traits.isTalkative) untagged.push(...this.#mailbox.takeNews());
    return () => {
      for (const response of untagged) if (command.claim?.(response) !== true) this.view?.receive(response);
      const answer: TaggedResponse = { kind: "tagged", tag: "a", status, code, text: "" };
      command.onAnswered?.(answer);
      if (status === "OK") resolve(answer);
      else reject(new CommandRefused(command.name, answer, this.side));
    };
  }

  /** What is left when the process is gone: the server may carry it out all the same. */
  get outstanding(): (() => void)[] {
    const appends = this.#waiting.filter(({ command }) => command.name === "APPEND");
    return appends.map(
      ({ command }) =>
        () =>
          void this.#append(command.parts),
    );
  }

  #carryOut({ name, parts }: Command, untagged: UntaggedResponse[]): Answer {
    const line = parts.map((part) => (typeof part === "string" ? part : "")).join("");
    switch (name) {
      case "SELECT":
        untagged.push(...this.#select(line));
        return { status: "OK" };
      case "STATUS":
        untagged.push({
          kind: "mailbox-status",
          name: "box",
          messages: this.#mailbox.messages.size,
          ...this.#mailbox.state,
        });
        return { status: "OK" };
      case "NOOP":
        return { status: "OK" };
      case "UID FETCH": {
        const [, uids, items] = /^UID FETCH (\S+) (.*)$/u.exec(line)!;
        untagged.push(...this.#among(parseUidSet(uids!)).map((message) => this.#fetched(message, items!)));
        return { status: "OK" };
      }
      case "UID SEARCH": {
        const found = this.#among(parseUidSet(line.split(" ")[3]!)).map(({ uid }) => ` ${String(uid)}`);
        untagged.push({ kind: "other", name: "SEARCH", line: `* SEARCH${found.join("")}` });
        return { status: "OK" };
      }
      case "UID STORE":
        return this.#store(line);
      case "UID EXPUNGE": {
        const isDeleted = ({ flags }: StoredMessage): boolean => flags.flags.includes("\\Deleted");
        const uids = parseUidSet(line.split(" ")[2]!);
        for (const { uid } of this.#among(uids).filter(isDeleted)) this.#mailbox.expunge(uid);
        untagged.push(...this.#mailbox.takeNews());
        return { status: "OK" };
      }
      case "APPEND":
        return this.#append(parts);
      default:
        throw new Error(`the model knows no ${name}`);
    }
  }

  #select(line: string): UntaggedResponse[] {
    const { state, messages, permanentFlags } = this.#mailbox;
    const { names, mayCreate } = permanentFlags;
    const code = (name: string, text: string): UntaggedResponse => ({
      kind: "status",
      status: "OK",
      code: { name, text },
      text: "",
    });
    this.#mailbox.takeNews();
    const [, uidValidity, modSeq, uids] = /QRESYNC \((\d+) (\d+)(?: ([\d:,]+))?/u.exec(line) ?? [];
    return [
      { kind: "exists", count: messages.size },
      code("UIDVALIDITY", String(state.uidValidity)),
      code("UIDNEXT", String(state.uidNext)),
      code("HIGHESTMODSEQ", String(state.highestModSeq)),
      ...(names === undefined
        ? []
        : [code("PERMANENTFLAGS", `(${[...names, ...(mayCreate ? ["\\*"] : [])].join(" ")})`)]),
      ...(uidValidity === undefined
        ? []
        : this.#mailbox.newsSince({
            uidValidity: Number(uidValidity),
            uids: uids === undefined ? uidRange(1, maxUid) : parseUidSet(uids),
            highestModSeq: BigInt(modSeq!),
          })),
    ];
  }

  #store(line: string): Answer {
    const [, uids, since, sign, list] =
      /^UID STORE (\S+) (?:\(UNCHANGEDSINCE (\d+)\) )?([+-]?)FLAGS\.SILENT \((.*)\)$/u.exec(line)!;
    const flags = list!.split(" ").filter((flag) => flag !== "");
    const all = this.#among(parseUidSet(uids!));
    if (since !== undefined && this.#mailbox.modSeqs === "none") throw new Error("UNCHANGEDSINCE where nothing tells");
    const modified = since === undefined ? [] : all.filter(({ modSeq }) => modSeq > BigInt(since));
    for (const message of all.filter((one) => !modified.includes(one))) {
      const wanted = changed(message.flags, sign, flagSet(flags));
      this.#mailbox.store(message.uid, wanted, !this.#traits.isTalkative);
    }
    if (modified.length === 0) return { status: "OK" };
    const text = formatUidSet(uidSetOf(modified.map(({ uid }) => uid)));
    return { status: "OK", code: { name: "MODIFIED", text } };
  }

  /** All or none (RFC 3502). */
  #append(parts: Command["parts"]): Answer {
    const messages = parts.flatMap((part, i) => {
      if (typeof part === "string") return [];
      const [, flags, internalDate = "none"] = /\(([^()]*)\)(?: "(.*)")? $/u.exec(parts[i - 1] as string)!;
      return [{ bytes: part.literal, internalDate, flags: flagSet(flags!.split(" ").filter(Boolean)) }];
    });
    const { largest = Infinity, addsKeyword } = this.#traits;
    if (messages.some(({ bytes }) => bytes.length > largest))
      return { status: "NO", code: { name: "TOOBIG", text: "" } };
    const uids = messages.map((message) =>
      this.#mailbox.append(message, addsKeyword ? unionFlags(message.flags, flagSet(["auto"])) : message.flags),
    );
    const text = `${String(this.#mailbox.uidValidity)} ${formatUidSet(uidSetOf(uids))}`;
    return { status: "OK", code: { name: "APPENDUID", text } };
  }

  /** RFC 7162 3.1.2.2: to ask for mod-sequences where there are none is an error. */
  #fetched(message: StoredMessage, items: string): FetchResponse {
    const response = fetched(message, items);
    if (this.#mailbox.modSeqs === "kept" || response.modSeq === undefined) return response;
    if (this.#mailbox.modSeqs === "none") throw new Error("MODSEQ of a mailbox that has none");
    return { ...response, modSeq: 0n };
  }

  #among(uids: UidSet): StoredMessage[] {
    return this.#mailbox.inUidOrder.filter(({ uid }) => hasUid(uids, uid));
  }
}

/** As octets on the wire it must be one command, and no more. */
function requireWellFormed(parts: Command["parts"]): void {
  const segments = encodeCommand("a1", parts, { literalPlus: true, literalMinus: false });
  const octets = segments.flatMap(({ chunks }) =>
    chunks.map((chunk) => (typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk)),
  );
  if (readCommands(Buffer.concat(octets)).length !== 1) throw new Error("more than one command");
}

function changed(flags: FlagSet, sign: string | undefined, given: FlagSet): FlagSet {
  return sign === "+" ? unionFlags(flags, given) : sign === "-" ? withoutFlags(flags, given) : given;
}

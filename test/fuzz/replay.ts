// Plays a conversation to a session: its commands are run, and what the server says is fed in. There is no clock: all that
// can happen has happened after some turns of the event loop.

import { Duplex } from "node:stream";
import { setImmediate, setTimeout } from "node:timers/promises";
import { type Abilities, basic, withCondstore, withQresync } from "../../src/imap/abilities.ts";
import { Capabilities } from "../../src/imap/capabilities.ts";
import type { CommandPart, WireText } from "../../src/imap/codec/write-command.ts";
import type { Command } from "../../src/imap/command.ts";
import { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import type { UntaggedResponse } from "../../src/imap/responses.ts";
import { Session } from "../../src/imap/session/session.ts";
import { InterimapError } from "../../src/model/errors.ts";
import type { Random } from "../support/random.ts";
import type { Said } from "./dialogue.ts";

/** Turns of the event loop until all that can happen has happened; a hang is what takes more. */
const mostTurns = 200;
/** Of these, each is a little longer: a module that is loaded for the first time comes from a disk. */
const mostLongTurns = 2000;

/** Servers say it: see mutate-dialogue.ts. */
const secret = "hunter2hunter2";
const inBase64: readonly string[] = ["aHVudGVyMmh1bnRlcjI", "AGh1bnRlcjJodW50ZXIy"];

/** A server's end that takes everything and says what it is told. */
class Line extends Duplex {
  /** What the client has sent. */
  sent = "";

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.sent += chunk.toString("latin1");
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    for (const { chunk } of chunks) this.sent += chunk.toString("latin1");
    done();
  }
}

export interface Played {
  readonly octets: number;
  /** What the client has sent. */
  readonly sent: string;
  /** What was wrong with what the session did; undefined: nothing. */
  readonly fault: string | undefined;
}

const agreed: readonly Abilities[] = [basic, withCondstore, withQresync];

/** `random` decides where chunks end, and what was agreed on the connection. */
export async function play(said: readonly Said[], random: Random): Promise<Played> {
  const stream = new Line();
  const faults: string[] = [];
  const note = (error: unknown): void => {
    const fault = faultOf(error);
    if (fault !== undefined) faults.push(fault);
  };
  const session = new Session(
    { stream, secure: false },
    { side: "remote", log: silent, isStranger: random.chance(0.1), onAlert: (text) => void requireShown(text, faults) },
  );
  session.abilities = random.pick(agreed);
  session.capabilities = new Capabilities(random.pick([[], ["LITERAL+", "UNSELECT"], ["LITERAL-"]]));
  session.hide(secret);
  session.listen(() => undefined);
  const unanswered = new Set<Command>();
  let octets = 0;
  const tags = new Map<string, string>();
  let issued = 0;
  for (const { from, text } of said) {
    if (from === "client") {
      const command = commandOf(text, session);
      if (command === undefined) continue;
      tags.set(/^\S+/.exec(text)![0], `a${String(issued++)}`);
      unanswered.add(command);
      void session
        .run(command)
        .catch(note)
        .finally(() => unanswered.delete(command));
      continue;
    }
    octets += text.length;
    feed(stream, retagged(text, tags), random);
    // What comes behind it may be there already when it is heard.
    if (random.chance(0.6)) continue;
    await setImmediate();
    // As whoever works on the mailbox would.
    if (session.view !== undefined && random.chance(0.2)) look(session.view, note);
  }
  if (session.view !== undefined) look(session.view, note);
  stream.push(null);
  const ending: { reason?: Error } = {};
  void session.ended.then((reason) => (ending.reason = reason));
  for (let turn = 0; unanswered.size > 0 || ending.reason === undefined; turn++) {
    if (turn > mostTurns + mostLongTurns) break;
    await (turn < mostTurns ? setImmediate() : setTimeout(5));
  }
  if (ending.reason === undefined) faults.push("the connection has ended, and the session has not");
  else note(ending.reason);
  if (unanswered.size > 0) faults.push(`${String(unanswered.size)} commands wait for ever`);
  session.destroy();
  return { octets, sent: stream.sent, fault: faults[0] };
}

const silent = { traffic: false, showsSecrets: false, debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

/** Whatever a server says, the error is one of a server. */
function faultOf(error: unknown): string | undefined {
  if (!(error instanceof InterimapError)) return `no error of ours: ${stackOf(error)}`;
  if (error.exitCode === 70) return `exit 70: ${stackOf(error)}`;
  if (error.message.length > 2000) return `an error of ${String(error.message.length)} characters`;
  const faults: string[] = [];
  requireShown(error.message, faults);
  return faults[0];
}

function requireShown(text: string, faults: string[]): void {
  // As they are: a server that changes them by an octet can hide them in any way it likes.
  if ([secret, ...inBase64].some((form) => text.includes(form))) faults.push(`a secret is shown: ${text}`);
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(text)) {
    faults.push(`not safe for a terminal: ${JSON.stringify(text)}`);
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function look(view: MailboxView, note: (error: unknown) => void): void {
  try {
    view.requireReadable("remote");
    view.observe();
  } catch (error) {
    note(error);
  }
}

/** The session gives tags of its own. */
function retagged(text: string, tags: ReadonlyMap<string, string>): string {
  const tag = /^a\d+(?= )/.exec(text)?.[0];
  const now = tag === undefined ? undefined : tags.get(tag);
  return tag === undefined || now === undefined ? text : now + text.slice(tag.length);
}

/** In one chunk, in several, or octet by octet. */
function feed(stream: Duplex, text: string, random: Random): void {
  const octets = Buffer.from(text, "latin1");
  const size = random.pick([octets.length, octets.length, octets.length, 1 + (octets.length >> 1), 7, 1]);
  const step = Math.max(size, Math.ceil(octets.length / 100), 1);
  for (let at = 0; at < octets.length; at += step) stream.push(octets.subarray(at, at + step));
}

function commandOf(text: string, session: Session): Command | undefined {
  const [, verb = "", rest = ""] = /^\S+ ((?:UID )?[A-Z]+)(.*)$/s.exec(text) ?? [];
  // The session sends the one by itself, and after the other it is over.
  if (verb === "" || verb === "UNSELECT" || verb === "LOGOUT") return undefined;
  const base = { name: verb, parts: partsOf(verb + rest) };
  switch (verb) {
    case "SELECT":
    case "EXAMINE":
      return { ...base, overlap: "select", opens: new MailboxView(rest.trim(), session.abilities) };
    case "UID FETCH":
      return { ...base, overlap: "selected", view: session.selectedNext, claim: ofKind("fetch"), brings: 1 << 16 };
    case "UID SEARCH":
      return { ...base, overlap: "selected", view: session.selectedNext, claim: ofKind("other") };
    case "UID STORE":
    case "UID EXPUNGE":
      return { ...base, overlap: "changing" };
    case "AUTHENTICATE":
      return { ...base, overlap: "alone", answerChallenge: () => undefined };
    case "LIST":
    case "LSUB":
      return { ...base, overlap: "any", claim: ofKind("list", "mailbox-status") };
    case "STATUS":
      return { ...base, overlap: "any", claim: ofKind("mailbox-status") };
    default:
      return { ...base, overlap: "any" };
  }
}

function ofKind(...kinds: readonly UntaggedResponse["kind"][]): (response: UntaggedResponse) => boolean {
  return ({ kind }) => kinds.includes(kind);
}

function partsOf(text: string): CommandPart[] {
  return text
    .split(/(\{\d+\+?\})/)
    .filter((part) => part !== "")
    .map((part): CommandPart => {
      const size = /^\{(\d+)/.exec(part)?.[1];
      return size === undefined ? (part as WireText) : { literal: Buffer.alloc(Number(size), "m") };
    });
}

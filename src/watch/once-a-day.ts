// Reports the same trouble once a day, although a daemon meets it at each look.

import type { Side } from "../model/side.ts";
import { uidsOf } from "../model/uid-set.ts";
import type { Report, SyncEvent } from "../sync/context/events.ts";
import { alike } from "../util/alike.ts";

const repetitionMs = 24 * 60 * 60_000;

/** How many texts about one thing are shown in that time. Some servers put the same trouble in other words each time. */
const mostTexts = 20;

/** Passes on everything but trouble that was reported within the last day, or that comes in ever new words. */
export function newsOnly(report: Report, now: () => number = Date.now): Report {
  const reported = new Reported(now);
  return (event) => {
    const { subject, texts } = troubleOf(event);
    if (texts.length === 0) {
      report(event);
      return;
    }
    if (texts.every((text) => reported.isFresh(subject, text))) return;
    if (subject.isLimited && reported.count(subject) >= mostTexts) {
      if (reported.isFresh(subject, more)) return;
      reported.note(subject, more);
      report({ ...placeOf(event), type: "more-unshown", isAlert: event.type === "alert" });
      return;
    }
    for (const text of texts) reported.note(subject, text);
    report(event);
  };
}

/** No text of a server, which is one line. */
const more = "\n";

/** What was reported when. */
class Reported {
  readonly #now: () => number;
  /** The oldest first. */
  readonly #times = new Map<string, { readonly at: number; readonly subject: string }>();
  readonly #counts = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  isFresh({ key }: Subject, text: string): boolean {
    const time = this.#times.get(`${key}\n${text}`);
    return time !== undefined && this.#isWithinADay(time.at);
  }

  /** How many texts about it were reported within the last day. */
  count({ key }: Subject): number {
    this.#forget();
    return this.#counts.get(key) ?? 0;
  }

  note({ key: subject }: Subject, text: string): void {
    this.#forget();
    const key = `${subject}\n${text}`;
    if (!this.#times.delete(key)) this.#counts.set(subject, (this.#counts.get(subject) ?? 0) + 1);
    this.#times.set(key, { at: this.#now(), subject });
  }

  /** From the oldest on: each entry was noted once. */
  #forget(): void {
    for (const [key, { at, subject }] of this.#times) {
      if (this.#isWithinADay(at)) return;
      this.#times.delete(key);
      const left = (this.#counts.get(subject) ?? 1) - 1;
      if (left === 0) this.#counts.delete(subject);
      else this.#counts.set(subject, left);
    }
  }

  /** If the clock was put back, old trouble is still not news, but nothing stays unreported for longer than a day. */
  #isWithinADay(at: number): boolean {
    return Math.abs(this.#now() - at) < repetitionMs;
  }
}

interface Subject {
  readonly key: string;
  /** A server can put it in as many words as it likes. */
  readonly isLimited: boolean;
}

interface Trouble {
  readonly subject: Subject;
  /** One for each trouble in the event; none if it is no trouble. */
  readonly texts: readonly string[];
}

function troubleOf(event: SyncEvent): Trouble {
  const { type, side, mailbox } = event;
  const about = (...details: readonly string[]): string => [side, mailbox, ...details].join("\n");
  if (type === "messages-refused" || type === "messages-still-refused") {
    const texts = [...uidsOf(event.sourceUids)].map((uid) => `${String(uid)}\n${alike(event.reason)}`);
    return { subject: { key: about("refused"), isLimited: false }, texts };
  }
  if (type === "deletions-refused" || type === "changes-still-refused") {
    const what = type === "deletions-refused" ? "deletion" : event.what;
    const texts = [...uidsOf(event.uids)].map((uid) => `${String(uid)}\n${alike(event.reason)}`);
    return { subject: { key: about("refused", what), isLimited: false }, texts };
  }
  const text = textOf(event);
  return { subject: { key: about(type), isLimited: true }, texts: text === undefined ? [] : [text] };
}

function textOf(event: SyncEvent): string | undefined {
  switch (event.type) {
    case "mailbox-skipped":
      // Without a name, only the line that could not be read distinguishes it from another one.
      return event.mailbox === undefined ? event.error.message : alike(event.error.message);
    case "deletions-held-back":
      // The numbers change, and so do the words for what was deleted all the same.
      return [...event.mailboxes].sort().join("\n");
    case "alert":
      return alike(event.text);
    case "subscription-refused":
    case "flags-refused":
    case "notify-missing":
    case "copies-wait":
      return alike(event.reason);
    case "special-use-unpaired":
      return [event.use, event.names.ours, event.names.theirs].join("\n");
    case "vanished-refuted":
    case "news-in-vain":
    case "changes-untold":
      return event.type;
    case "flags-unkept":
      return event.flags.key;
    default:
      return undefined;
  }
}

function placeOf({ side, mailbox }: SyncEvent): { readonly side?: Side; readonly mailbox?: string } {
  return { ...(side !== undefined && { side }), ...(mailbox !== undefined && { mailbox }) };
}

// A mail client that does whatever comes into its mind on one side, directly at the server, and tells the model.

import { setTimeout as pause } from "node:timers/promises";
import type { Side } from "../../src/model/side.ts";
import type { MailServer } from "../support/mail-server.ts";
import { plainName, wireName } from "../support/mailbox-names.ts";
import type { Random } from "../support/random.ts";
import { quoted, RawImap, type RawReply } from "../support/raw-imap.ts";
import { isInTrash, type KeptMail } from "./chaos-kept.ts";
import { flags, makeWriter, type WrittenMessage } from "./chaos-messages.ts";
import type { Certainty, Model } from "./chaos-model.ts";
import type { Story } from "./chaos-story.ts";
import { pickWeighted, type Weighted } from "./weighted.ts";

export interface ClientOptions {
  readonly side: Side;
  readonly server: MailServer;
  readonly random: Random;
  readonly model: Model;
  readonly kept: KeptMail;
  readonly story: Story;
  readonly likings?: Likings;
}

/** By how much more than others it does such things. */
export type Likings = Readonly<Partial<Record<"MOVE" | "create" | "rename" | "remove", number>>>;

export interface Client {
  /** Does one thing after the other until told to stop. */
  act(until: AbortSignal): Promise<void>;
  readonly actions: number;
}

const mostMailboxes = 14;
const manyMessages = 60;

type Action = (imap: RawImap, mailbox: string) => Promise<void>;

/** The server gave no answer: whether it did what it was told is not known. */
class NoAnswer extends Error {}

export function makeClient({ side, server, random, model, kept, story, likings = {} }: ClientOptions): Client {
  let connection: RawImap | undefined;
  let count = 0;
  const write = makeWriter({ side, random, model });
  const twins = (): WrittenMessage[] => write(1).flatMap((one) => [one, one]);
  const wire = (name: string): string => quoted(wireName(server, name));
  const tell = (line: string): void => {
    story.tell(`${side} ${line}`);
  };
  const send = (imap: RawImap, command: Parameters<RawImap["send"]>[0]): Promise<RawReply> =>
    imap.send(command).catch(() => {
      throw new NoAnswer();
    });

  const actions: Weighted<Action> = [
    [6, (imap, mailbox) => append(imap, mailbox, write(1))],
    [2, (imap, mailbox) => append(imap, mailbox, write(random.integer(2, 20)))],
    [2, (imap, mailbox) => append(imap, mailbox, twins())],
    [3, copy("COPY")],
    [3 * (likings.MOVE ?? 1), copy("MOVE")],
    [7, changeFlags],
    [5, expunge],
    [2.5 * (likings.create ?? 1), create],
    [1.2 * (likings.rename ?? 1), rename],
    [0.8 * (likings.remove ?? 1), remove],
    [0.25, remake],
    [1, subscribe("SUBSCRIBE")],
    [1, subscribe("UNSUBSCRIBE")],
  ];

  return {
    get actions() {
      return count;
    },
    act: async (until) => {
      while (!until.aborted) {
        try {
          connection ??= await RawImap.login(server);
          await actOnce(connection);
          count++;
        } catch (error) {
          if (!(error instanceof NoAnswer)) throw error;
          connection = undefined;
        }
        await pause(random.integer(0, random.chance(0.1) ? 1_500 : 150));
      }
      await connection?.close();
      connection = undefined;
    },
  };

  async function actOnce(imap: RawImap): Promise<void> {
    const action = pickWeighted(random, actions);
    await action(imap, random.pick(await mailboxesOf(imap)));
  }

  async function mailboxesOf(imap: RawImap): Promise<string[]> {
    const { untagged } = await send(imap, `LIST "" "*"`);
    const selectable = untagged.flatMap(({ line }) => {
      const [, attributes = "", name] = /^\* LIST \(([^)]*)\) "." (.*)$/.exec(line) ?? [];
      return name === undefined || /\\(noselect|nonexistent)/i.test(attributes) ? [] : [name.replace(/^"(.*)"$/, "$1")];
    });
    const names = selectable.map((name) => plainName(server, name)!);
    return names.filter((name) => !isInTrash(name)).sort();
  }

  // Messages

  async function append(imap: RawImap, mailbox: string, messages: readonly WrittenMessage[]): Promise<void> {
    const names = messages.map(({ token }) => token).join(" ");
    const parts = messages.flatMap(({ bytes, flags: set, internalDate }) => [
      ` (${set.join(" ")}) "${internalDate}" {${bytes.length}+}\r\n`,
      bytes,
    ]);
    await attempt(`append ${shown(mailbox)}: ${names}`, {
      work: () => send(imap, [`APPEND ${wire(mailbox)}`, ...parts]),
      after: (certainty) => {
        for (const { token } of messages) model.born(side, mailbox, { token, certainty });
      },
    });
  }

  interface Chosen {
    readonly uid: number;
    readonly token: string;
    readonly isRecorded: boolean;
  }

  /** Selects the mailbox, and some of its messages; undefined if there are none. */
  async function choose(imap: RawImap, mailbox: string, isToGo = false): Promise<readonly Chosen[] | undefined> {
    if ((await send(imap, `SELECT ${wire(mailbox)}`)).status !== "OK") return undefined;
    const { status, untagged } = await send(imap, "UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (X-TOKEN)])");
    if (status !== "OK") return undefined;
    const all = untagged.flatMap(({ line, literals }) => {
      const uid = Number(/UID (\d+)/.exec(line)?.[1]);
      const token = /X-Token: (\S+)/.exec(literals[0]?.toString("latin1") ?? "")?.[1];
      return token === undefined ? [] : [{ uid, token, isRecorded: model.isMessageRecorded(mailbox, token) }];
    });
    // Of equal messages that have two names on one side nobody could count how many are gone.
    const allowed = all.filter(({ token }) => !isToGo || model.hasCalmName(mailbox) || model.isSingle(token));
    const share = all.length > manyMessages ? 0.4 : random.pick([0.02, 0.1, 0.5]);
    const chosen = random.chance(0.4) ? allowed.slice(-1) : random.some(allowed, share);
    return chosen.length === 0 ? undefined : chosen;
  }

  function copy(verb: "COPY" | "MOVE"): Action {
    return async (imap, mailbox) => {
      const target = random.pick(await mailboxesOf(imap));
      const chosen = await choose(imap, mailbox, verb === "MOVE");
      if (chosen === undefined) return;
      const done = (those: readonly Chosen[], certainty: Certainty): void => {
        for (const { token, isRecorded } of those) {
          model.born(side, target, { token, certainty });
          if (verb === "MOVE") model.deleted(side, mailbox, { token, certainty, isRecorded });
        }
      };
      await attempt(`${verb.toLowerCase()} ${shown(mailbox)} to ${shown(target)}: ${tokensOf(chosen)}`, {
        work: () => send(imap, `UID ${verb} ${uidsOf(chosen)} ${wire(target)}`),
        after: (certainty, reply) => {
          const told = [reply?.text ?? "", ...(reply?.untagged ?? []).map(({ line }) => line)].join(" ");
          const moved = uidsIn(/\[COPYUID \d+ (\S+) /.exec(told)?.[1] ?? "");
          done(certainty === "perhaps" ? chosen : chosen.filter(({ uid }) => moved.has(uid)), certainty);
        },
      });
    };
  }

  async function changeFlags(imap: RawImap, mailbox: string): Promise<void> {
    const chosen = await choose(imap, mailbox);
    if (chosen === undefined) return;
    const [sign, changed] = [random.pick(["+", "-"] as const), random.some(flags, 0.2)];
    if (changed.length === 0) return;
    const inModel = { sign, flags: changed.map((flag) => flag.toLowerCase()) };
    await attempt(`flag ${shown(mailbox)} ${sign}${changed.join(` ${sign}`)}: ${tokensOf(chosen)}`, {
      work: () => send(imap, `UID STORE ${uidsOf(chosen)} ${sign}FLAGS.SILENT (${changed.join(" ")})`),
      before: () => {
        if (sign === "-") for (const { token } of chosen) model.flagged(token, inModel);
      },
      after: (certainty) => {
        for (const { token } of chosen) {
          if (sign === "+" || certainty === "perhaps") model.flagged(token, inModel);
          if (sign === "+" && certainty === "perhaps") model.flagged(token, { ...inModel, sign: "-" });
        }
      },
    });
  }

  async function expunge(imap: RawImap, mailbox: string): Promise<void> {
    const chosen = await choose(imap, mailbox, true);
    if (chosen === undefined) return;
    for (const { token } of chosen) model.flagged(token, { sign: "+", flags: ["\\deleted"] });
    for (const { token } of chosen) model.flagged(token, { sign: "-", flags: ["\\deleted"] });
    const left = new Set<number>();
    await attempt(`expunge ${shown(mailbox)}: ${tokensOf(chosen)}`, {
      work: async () => {
        const stored = await send(imap, `UID STORE ${uidsOf(chosen)} +FLAGS.SILENT (\\Deleted)`);
        if (stored.status !== "OK") return stored;
        const expunged = await send(imap, `UID EXPUNGE ${uidsOf(chosen)}`);
        // It may have lost the mark meanwhile, or the server overlooked that.
        const { untagged } = await send(imap, `UID SEARCH UID ${uidsOf(chosen)}`);
        for (const { line } of untagged) for (const uid of searchedIn(line)) left.add(uid);
        return expunged;
      },
      after: (certainty) => {
        if (left.size > 0) tell(`still there: ${tokensOf(chosen.filter(({ uid }) => left.has(uid)))}`);
        const gone = chosen.filter(({ uid }) => !left.has(uid));
        for (const { token, isRecorded } of gone) model.deleted(side, mailbox, { token, certainty, isRecorded });
      },
    });
  }

  // Mailboxes

  async function create(imap: RawImap, parent: string): Promise<void> {
    if ((await mailboxesOf(imap)).length >= mostMailboxes) return;
    const isBelow = random.chance(0.3) && model.isCalm(parent);
    const name = `${isBelow ? `${parent}\0` : ""}${model.freshName()}`;
    model.created(name);
    await attempt(`create ${shown(name)}`, { work: () => send(imap, `CREATE ${wire(name)}`) });
  }

  async function rename(imap: RawImap, from: string): Promise<void> {
    if (!model.isCalm(from)) return;
    const parent = random.pick(await mailboxesOf(imap));
    const isBelow = random.chance(0.3) && parent !== from && !parent.startsWith(`${from}\0`) && model.isCalm(parent);
    if (!model.isCalm(from)) return;
    const to = `${isBelow ? `${parent}\0` : ""}${model.freshName()}`;
    model.renames(from, to);
    if (isBelow) model.touch(parent);
    await attempt(`rename ${shown(from)} to ${shown(to)}`, {
      work: () => send(imap, `RENAME ${wire(from)} ${wire(to)}`),
      isDone: async (again) => (await mailboxesOf(again)).some((name) => name === to),
      after: () => {
        model.renamed(from, to);
      },
    });
  }

  async function remove(imap: RawImap, name: string): Promise<void> {
    if (!model.isCalm(name)) return;
    const note = kept.expect(name);
    model.touch(name);
    await attempt(`delete ${shown(name)}`, {
      work: () => send(imap, `DELETE ${wire(name)}`),
      isDone: async (again) => !(await mailboxesOf(again)).includes(name),
      after: () => {
        model.removed(name);
        note();
      },
      // Dovecot removes the messages first, and keeps the mailbox if others came meanwhile.
      refused: () => {
        model.perhapsEmptied(name);
      },
    });
  }

  async function remake(imap: RawImap, name: string): Promise<void> {
    if (!model.isCalm(name)) return;
    model.remade(name);
    tell(`delete and create ${shown(name)}`);
    await send(imap, `DELETE ${wire(name)}`);
    await send(imap, `CREATE ${wire(name)}`);
  }

  function subscribe(verb: "SUBSCRIBE" | "UNSUBSCRIBE"): Action {
    return async (imap, name) => {
      await attempt(`${verb.toLowerCase()} ${shown(name)}`, { work: () => send(imap, `${verb} ${wire(name)}`) });
    };
  }

  interface Attempt {
    readonly work: () => Promise<RawReply>;
    readonly before?: () => void;
    readonly after?: (certainty: Certainty, reply?: RawReply) => void;
    readonly refused?: () => void;
    /** Whether a command that got no answer was done, if that can be found out. */
    readonly isDone?: (imap: RawImap) => Promise<boolean>;
  }

  async function attempt(what: string, { work, before, after, refused, isDone }: Attempt): Promise<void> {
    before?.();
    try {
      const reply = await work();
      tell(`${what}${reply.status === "OK" ? "" : ` → ${reply.status} ${reply.text}`}`);
      if (reply.status === "OK") after?.("done", reply);
      else refused?.();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      tell(`${what} → no answer`);
      connection = await RawImap.login(server);
      if (isDone === undefined) after?.("perhaps");
      else if (await isDone(connection)) after?.("done");
    }
  }
}

function shown(name: string): string {
  return name.replaceAll("\0", "/");
}

function uidsOf(chosen: readonly { readonly uid: number }[]): string {
  return chosen.map(({ uid }) => uid).join(",");
}

function tokensOf(chosen: readonly { readonly uid: number; readonly token: string }[]): string {
  return chosen.map(({ uid, token }) => `${token}(${uid})`).join(" ");
}

function searchedIn(line: string): number[] {
  return /^\* SEARCH((?: \d+)+)/.exec(line)?.[1]?.trim().split(" ").map(Number) ?? [];
}

function uidsIn(set: string): Set<number> {
  const ranges = set.split(",").filter((range) => range !== "");
  return new Set(
    ranges.flatMap((range) => {
      const [first, last = first] = range.split(":").map(Number) as [number, number?];
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    }),
  );
}

// Two servers for each mail format, and the mail stores on them: as many as there are users, copied as files.

import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../../test/support/dovecot.ts";
import { asUser, type MailServer } from "../../test/support/mail-server.ts";
import { RawImap } from "../../test/support/raw-imap.ts";
import { removeScratch, whenProcessEnds } from "../../test/support/scratch.ts";
import { fill, type Situation } from "./situation.ts";

/** Where a program runs: a user on either server, and a directory for what the program remembers. */
export interface Place extends PerSide<MailServer> {
  /** On a disk, as a user's is; the mail is in memory. */
  readonly stateDirectory: string;
}

export class Stage {
  readonly #servers = new Map<string, PerSide<MailServer>>();
  readonly #templates = new Map<string, MailServer>();
  readonly #kept = new Map<string, Map<string, Place>>();
  readonly #disk = mkdtempSync(join(tmpdir(), "interimap-bench-"));
  #places = 0;

  constructor() {
    whenProcessEnds(() => removeScratch(this.#disk));
  }

  /** The user of the local server that holds the situation's mail; not to be changed. */
  async template(situation: Situation): Promise<MailServer> {
    const key = JSON.stringify(situation);
    const made = this.#templates.get(key);
    if (made !== undefined) return made;
    const servers = await this.#serversFor(situation);
    const template = asUser(servers.local, `template${++this.#places}`);
    this.#templates.set(key, template);
    await fill(template, situation);
    await statuses(template);
    return template;
  }

  /** Mail on one side only, and nothing remembered. */
  async firstMeeting(situation: Situation, source: Side = "local"): Promise<Place> {
    const full = await this.template(situation);
    const { user, stateDirectory } = this.#newPlace();
    const empty = asUser((await this.#serversFor(situation)).remote, user);
    // The two servers are alike: either can be the remote one.
    return { ...perSide((side) => (side === source ? full : empty)), stateDirectory };
  }

  /** The same mail on both servers, nothing remembered yet. */
  async twins(situation: Situation): Promise<Place> {
    const template = await this.template(situation);
    return this.copy({ local: template, remote: template }, situation);
  }

  /** What one program does to the copy does not change the original. */
  async copy(
    original: PerSide<MailServer> & Pick<Partial<Place>, "stateDirectory">,
    situation: Situation,
  ): Promise<Place> {
    const servers = await this.#serversFor(situation);
    const { user, stateDirectory } = this.#newPlace();
    const place = { ...perSide((side) => asUser(servers[side], user)), stateDirectory };
    for (const side of sides) files("cp", "-a", homeOf(original[side]), homeOf(place[side]));
    if (original.stateDirectory !== undefined) files("cp", "-a", `${original.stateDirectory}/.`, stateDirectory);
    return place;
  }

  remove(place: Place): void {
    const templates = new Set([...this.#templates.values()].map(homeOf));
    const homes = sides.map((side) => homeOf(place[side])).filter((home) => !templates.has(home));
    files("rm", "-rf", place.stateDirectory, ...homes);
  }

  /** Made once for each name and situation. */
  async keep(name: string, situation: Situation, make: () => Promise<Place>): Promise<Place> {
    const key = JSON.stringify(situation);
    const places = this.#kept.get(key) ?? new Map<string, Place>();
    this.#kept.set(key, places);
    const place = places.get(name) ?? (await make());
    places.set(name, place);
    return place;
  }

  /** Removes what was made for other situations. */
  keepOnly(situations: readonly Situation[]): void {
    const needed = new Set(situations.map((situation) => JSON.stringify(situation)));
    for (const [key, template] of this.#templates) {
      if (needed.has(key)) continue;
      for (const place of this.#kept.get(key)?.values() ?? []) this.remove(place);
      this.#kept.delete(key);
      files("rm", "-rf", homeOf(template));
      this.#templates.delete(key);
    }
  }

  async stop(): Promise<void> {
    const all = [...this.#servers.values()].flatMap(({ local, remote }) => [local, remote]);
    await Promise.all(all.map((server) => server.stop()));
  }

  #newPlace(): { user: string; stateDirectory: string } {
    const user = `place${++this.#places}`;
    return { user, stateDirectory: mkdtempSync(join(this.#disk, `${user}-`)) };
  }

  async #serversFor({ format, remoteLacks = [] }: Situation): Promise<PerSide<MailServer>> {
    const key = [format, ...remoteLacks].join(" ");
    const started = this.#servers.get(key);
    if (started !== undefined) return started;
    const options = { mailFormat: format, tls: true, compress: true } as const;
    const lesser = remoteLacks.length === 0 ? options : { ...options, withoutCapabilities: remoteLacks };
    const servers = { local: await startDovecot(options), remote: await startDovecot(lesser) };
    this.#servers.set(key, servers);
    return servers;
  }
}

/** Of each mailbox, by name: what STATUS says, by item. Leaves the server's indexes warm. */
export async function statuses(server: MailServer): Promise<Map<string, Readonly<Record<string, string>>>> {
  const imap = await RawImap.login(server);
  const items = "UIDVALIDITY UIDNEXT HIGHESTMODSEQ MESSAGES UNSEEN";
  const { untagged } = await imap.run(`LIST "" "*" RETURN (STATUS (${items}))`);
  await imap.close();
  const mailboxes = untagged.flatMap(({ line }): [string, Record<string, string>][] => {
    const [, name, values = ""] = /^\* STATUS (\S+) \((.*)\)/.exec(line) ?? [];
    const pairs = [...values.matchAll(/(\w+) (\d+)/g)].map(([, item, value]) => [item, value] as const);
    return name === undefined ? [] : [[name, Object.fromEntries(pairs) as Record<string, string>]];
  });
  return new Map(mailboxes);
}

function homeOf(server: MailServer): string {
  return join(server.directory, "home", server.user);
}

function files(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}

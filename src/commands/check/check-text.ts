// What `check` found, as people read it.

import type { Rung } from "../../mail/observe/rung.ts";
import { type Side, sides } from "../../model/side.ts";
import { counted } from "../../util/counted.ts";
import { printable } from "../../util/printable.ts";
import type { CheckDocument, DatabaseCheck, ServerCheck, TlsCheck } from "./check-document.ts";

/** `ok`, what could be better, what a run would fail of. */
type Mark = "ok" | "note" | "FAIL";

type Line = readonly [Mark, string];
type Block = readonly [title: string, lines: readonly Line[]];

/** Ends with a line break. */
export function checkText({ configuration, servers, database }: CheckDocument): string {
  const { file, warnings } = configuration;
  const blocks: Block[] = [
    [`Configuration: ${printable(file)}`, [...warnings.map((text): Line => ["note", text]), ["ok", "can be used"]]],
  ];
  for (const side of sides) {
    const server = servers[side];
    if (server !== null) blocks.push(serverBlock(side, server));
  }
  if (database !== null) blocks.push([`Database: ${printable(database.path)}`, databaseLines(database)]);
  return blocks.map(blockText).join("\n");
}

/** Of one server. Ends with a line break. */
export function serverText(side: Side, server: ServerCheck): string {
  return blockText(serverBlock(side, server));
}

function serverBlock(side: Side, server: ServerCheck): Block {
  return [`${side === "local" ? "Local" : "Remote"}: ${server.server}`, serverLines(server)];
}

function blockText([title, lines]: Block): string {
  return [title, ...lines.map(shown)].map((line) => `${line}\n`).join("");
}

function shown([mark, text]: Line): string {
  return `  ${mark.padEnd(5)} ${text}`;
}

function serverLines({ address, tls, login, changes, lacks, mailboxes, fault }: ServerCheck): readonly Line[] {
  const lines: Line[] = [];
  if (address !== null) lines.push(["ok", `connected to ${address}`]);
  if (tls !== null) lines.push(...tlsLines(tls));
  if (login !== null) {
    const { username, mechanism } = login;
    lines.push([
      "ok",
      mechanism === null ? "no login needed" : `logged in as ${printable(username ?? "")}, by ${mechanism}`,
    ]);
  }
  if (changes !== null) lines.push(["ok", changeWords[changes]]);
  for (const { extension, means } of lacks ?? []) lines.push(["note", `without ${extension}: ${means}`]);
  if (mailboxes !== null) lines.push(["ok", counted(mailboxes, "mailbox", "mailboxes")]);
  if (fault !== null) lines.push(["FAIL", fault.message]);
  return lines;
}

const changeWords: Readonly<Record<Rung, string>> = {
  resync: "reports what changed and what vanished (QRESYNC)",
  "mod-sequences": "reports what changed (CONDSTORE); vanished messages are searched for",
  "full-look": "reports no changes: each run looks at the flags of all messages",
};

function tlsLines({ protocol, cipher, certificate }: TlsCheck): readonly Line[] {
  const lines: Line[] = [["ok", `${protocol}, ${cipher}`]];
  if (certificate === null) return lines;
  const { names, issuer, validTo, fingerprint } = certificate;
  lines.push(["ok", `certificate for ${names}, by ${issuer}, valid until ${validTo.slice(0, 10)}`]);
  lines.push(["ok", `its key: SSL_fingerprint = ${fingerprint}`]);
  return lines;
}

function databaseLines({ state, mailboxes, future, fault }: DatabaseCheck): readonly Line[] {
  if (fault !== null) return [["FAIL", fault.message]];
  switch (state) {
    case "missing":
      return [["ok", "does not exist yet: the first run creates it"]];
    case "outdated":
      return [["ok", "of an older version: the next run upgrades it"]];
    case "in use":
      return [["ok", "in use by another process; see interimap --status"]];
    case "current": {
      const lines: Line[] = [["ok", mailboxes === 1 ? "knows 1 mailbox" : `knows ${mailboxes ?? 0} mailboxes`]];
      if (future !== null) lines.push(["note", `last used at ${future}, which is in the future: check the clock`]);
      return lines;
    }
  }
}

// The default name of a database. It tells the accounts of one host apart.

import { createHash } from "node:crypto";
import { type Account, isTunnel, plainHost } from "../model/account.ts";
import type { PerSide } from "../model/side.ts";

/**
 * `alice@imap.example.net.db`. A user of [local] with another name comes behind that, and so does a port that is not one of the
 * usual two; what is not configured is left out. Of a tunnel, whose command may change, there is nothing but the user and `host`,
 * if [remote] has one all the same.
 */
export function databaseName({ local, remote }: PerSide<Account>, host = "localhost"): string {
  const [, name = "", port = ""] = isTunnel(remote) ? ["", plainHost(host)] : /^(.*?)(?::(\d+))?$/.exec(remote.server)!;
  const user = remote.username === undefined ? "" : `${fileName(remote.username)}@`;
  const other = local.username === undefined || local.username === remote.username ? "" : fileName(local.username);
  const more = [port, other].filter((part) => part !== "").map((part) => `,${part}`);
  return `${user}${fileName(name)}${more.join("")}.db`;
}

/** The longest name on the usual file systems, with all parts and the endings of SQLite's files. */
const maxLength = 60;

/** No slash, no blank, nothing that a shell or a terminal would take for something else. */
function fileName(text: string): string {
  const escaped = text.replace(/[^\w.:@+\-[\]]/gu, escapedOctets);
  if (escaped.length <= maxLength) return escaped.replace(/^[.-]/, "_");
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `${escaped.slice(0, maxLength)}-${digest}`.replace(/^[.-]/, "_");
}

function escapedOctets(character: string): string {
  return [...Buffer.from(character)].map((octet) => `%${octet.toString(16).padStart(2, "0")}`).join("");
}

// Two mail stores side by side, as a person would compare them.

import { padEnd, padStart } from "../../src/service/text-table.ts";
import { humanBytes } from "../../src/util/human-bytes.ts";
import type { MailStoreSnapshot } from "../../test/support/snapshot.ts";

const nameWidth = 26;
const columnWidths = [6, 8, 7, 10];
const gap = "  ";

/** One row for each mailbox of either store; "+" marks a subscription. At most 90 columns. */
export function storeTable(local: MailStoreSnapshot, remote: MailStoreSnapshot): string {
  const names = [...new Set([...local.mailboxes.keys(), ...remote.mailboxes.keys()])].sort();
  const rows = names.map((name) => {
    const cells = [local, remote].map((store) => columns(describe(store, name)));
    return padEnd(name.replaceAll("\0", "/"), nameWidth) + cells.map((cell) => gap + cell).join("");
  });
  const half = columns(["mails", "unseen", "flags", "size"]);
  const sideWidth = half.length;
  return [
    padEnd("", nameWidth) + gap + padEnd("local", sideWidth) + gap + "remote",
    padEnd("mailbox", nameWidth) + gap + half + gap + half,
    "─".repeat(nameWidth + 2 * (gap.length + sideWidth)),
    ...rows,
  ]
    .map((line) => line.trimEnd())
    .join("\n");
}

function describe(store: MailStoreSnapshot, name: string): string[] {
  const messages = store.mailboxes.get(name);
  if (messages === undefined) return ["–", "", "", ""];
  const unseen = messages.filter(({ flags }) => !flags.includes("\\seen")).length;
  const flags = messages.reduce((count, message) => count + message.flags.length, 0);
  const size = messages.reduce((count, message) => count + message.size, 0);
  const mark = store.subscribed.has(name) ? "+" : "";
  return [`${mark}${messages.length}`, String(unseen), String(flags), humanBytes(size)];
}

function columns(cells: readonly string[]): string {
  return cells.map((cell, index) => padStart(cell, columnWidths[index] ?? 0)).join("");
}

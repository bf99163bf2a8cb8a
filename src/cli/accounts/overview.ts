// The status of many accounts, a line each.

import type { ExitCode } from "../../model/exit-code.ts";
import { type PerSide, sides } from "../../model/side.ts";
import type { StatusDocument } from "../../service/status-document.ts";
import { parseStatus } from "../../service/status-form.ts";
import { textTable } from "../../service/text-table.ts";
import { timeAndDistance } from "../../service/times.ts";
import { counted } from "../../util/counted.ts";
import { printable } from "../../util/printable.ts";
import { sum } from "../../util/sum.ts";
import type { Account } from "./run-accounts.ts";

/** What a process printed for an account. */
export interface Answer {
  readonly account: Account;
  readonly code: ExitCode;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Ends with a line break. Below the table: what was said besides. */
export function overview(answers: readonly Answer[]): string {
  const rows = answers.map((answer) => row(answer, parseStatus(answer.stdout.join("\n"))));
  const table = textTable(
    [
      { title: "Account" },
      { title: "Mailboxes", isNumber: true },
      { title: "Local", isNumber: true },
      { title: "Remote", isNumber: true },
      { title: "Last full check" },
      { title: "State" },
    ],
    rows,
  );
  const words = answers.flatMap(({ account, stderr }) => stderr.map((line) => `${printable(account.name)}: ${line}`));
  return [...table, ...(words.length > 0 ? ["", ...words] : []), ""].join("\n");
}

function row({ account, code }: Answer, status: StatusDocument | undefined): readonly string[] {
  const name = printable(account.name);
  if (status === undefined) return [name, "-", "-", "-", "-", `failed (${code}), see below`];
  const { mailboxes, lastLook, at } = status;
  const count = (side: keyof PerSide<unknown>): string =>
    String(sum(mailboxes.map(({ messages }) => messages?.[side] ?? 0)));
  const looked = lastLook === null ? "-" : timeAndDistance(new Date(lastLook.at), new Date(at));
  return [name, String(mailboxes.length), count("local"), count("remote"), looked, stateOf(status)];
}

/** What is wrong, else what it does, else how it is. */
function stateOf({ database, daemon, run, lastLook, mailboxes, ...undone }: StatusDocument): string {
  if (database.state === "outdated") return "the next run upgrades the database";
  const lost = daemon === null ? [] : sides.filter((side) => daemon.sides[side].state !== "connected");
  const skipped = lastLook?.skipped ?? 0;
  const unfinished = mailboxes.filter(({ unfinished }) => unfinished).length;
  const refused = undone.refused.length + undone.refusedChanges.length;
  const parts = [
    ...(lost.length > 0 ? [`not connected to ${lost.join(" and ")}`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(undone.waiting.length > 0 ? [`${counted(undone.waiting.length, "mailbox waits", "mailboxes wait")}`] : []),
    ...(unfinished > 0 && run === null && daemon === null ? [`${unfinished} unfinished`] : []),
  ];
  const doing = daemon !== null ? `, ${daemon.activity}` : run !== null ? ", a run is in progress" : "";
  if (parts.length > 0) return parts.join(", ") + doing;
  if (mailboxes.length === 0) return `not synchronised yet${doing}`;
  return `in step${doing}`;
}

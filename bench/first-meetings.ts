// What a first run costs when both stores are full, because another program has filled one from the other: each way in which
// that is done, between two Dovecots, with all that makes messages hard to tell apart (test/support/old-mail.ts). Doubled and
// wrongly paired messages are counted as well: there should be none.
//
//   npx tsx bench/first-meetings.ts [--messages 10000] [--only mbsync]

import { parseArgs } from "node:util";
import { installOrExit } from "../scripts/install-packages.ts";
import { perSide, sides } from "../src/model/side.ts";
import { humanBytes } from "../src/util/human-bytes.ts";
import { startDovecot } from "../test/support/dovecot.ts";
import { meet } from "../test/support/first-meeting.ts";
import { type Mover, movers } from "../test/support/movers.ts";

const { values } = parseArgs({
  options: { messages: { type: "string", default: "10000" }, only: { type: "string", default: "" } },
});
const wanted = movers.filter(({ name }) => name.includes(values.only));

installOrExit(["dovecot-imapd", ...new Set(wanted.flatMap(({ package: name }) => name ?? []))]);
for (const mover of wanted) console.log(await line(mover));

async function line(mover: Mover): Promise<string> {
  const format = mover.needs === "Maildirs" ? "maildir" : "sdbox";
  const full = "remote";
  const [from, to] = [await startDovecot({ mailFormat: format }), await startDovecot({ mailFormat: format })];
  try {
    const outcome = await meet({
      mover,
      full,
      servers: perSide((side) => (side === full ? from : to)),
      messages: Number(values.messages),
    });
    await outcome.end();
    const { run, seconds, octets, surplus, wrong, lostFlags } = outcome;
    const counts = [
      ...sides.map((side) => `${side} surplus ${surplus[side]}`),
      `${wrong.length} wrong`,
      `${lostFlags.length} flags lost`,
    ];
    const exit = run.status ?? run.signal;
    const costs = `${seconds.toFixed(2).padStart(6)} s ${humanBytes(octets).padStart(9)}`;
    return `${mover.name.padEnd(44)}${costs}   exit ${exit}, ${counts.join(", ")}`;
  } finally {
    await Promise.all([from.stop(), to.stop()]);
  }
}

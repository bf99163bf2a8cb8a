// npm run fuzz: mutated transcripts, one after the other. SEED=7 COUNT=1000 npm run fuzz plays numbers 7 to 1006.

import { type Figures, fuzz } from "./campaign.ts";

const seed = Number(process.env["SEED"] ?? 1);
const count = Number(process.env["COUNT"] ?? 1_000_000);
const startedAt = performance.now();

function say({ transcripts, sessions, losses, octets, heap }: Figures): void {
  const seconds = (performance.now() - startedAt) / 1000;
  const { maxRSS } = process.resourceUsage();
  console.log(
    [
      `${String(transcripts)} of ${String(count)} transcripts and ${String(sessions)} whole runs`,
      `${(octets / 2 ** 20).toFixed(0)} MiB`,
      `${(transcripts / seconds).toFixed(0)} a second`,
      `heap ${(heap.first / 2 ** 20).toFixed(0)} MiB at first, ${(heap.most / 2 ** 20).toFixed(0)} MiB at most`,
      `peak ${(maxRSS / 1024).toFixed(0)} MiB`,
      `${seconds.toFixed(0)} s`,
      `${String(losses)} deletions after several lies`,
    ].join(", "),
  );
}

console.log(`from SEED=${String(seed)}`);
const { figures, failures } = await fuzz({ seed, count, onProgress: say });
say(figures);
for (const failure of failures) {
  console.log(`\nSEED=${String(failure.seed)} COUNT=1: ${failure.fault}\n\n${failure.shortest}`);
}
console.log(failures.length === 0 ? "nothing found" : `${String(failures.length)} kinds of failure`);
process.exit(failures.length === 0 ? 0 : 1);

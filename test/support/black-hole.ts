// An address of this machine where nobody answers: its queue of connections is full, so that the system drops what comes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import { whenProcessEnds } from "./scratch.ts";

export interface BlackHole {
  readonly port: number;
  /** From now on connections are taken, and those closed that came before. */
  open(): void;
}

const program = `
const server = require("node:net").createServer((socket) => socket.on("error", () => {}).end("* BYE\\r\\n"));
server.listen({ host: process.argv[1], port: Number(process.argv[2]), backlog: 1 }, () => {
  process.stdout.write(server.address().port + "\\n", () => process.kill(process.pid, "SIGSTOP"));
});`;

export async function startBlackHole(t: TestContext, address: string, port = 0): Promise<BlackHole> {
  const child = spawn(process.execPath, ["-e", program, address, String(port)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  const forget = whenProcessEnds(kill);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const found = Number(line.toString());
  // One more than its backlog finds place.
  const fillers = [1, 2, 3, 4].map(() => connect(found, address).on("error", () => {}));
  await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, "connect")));
  t.after(() => {
    for (const filler of fillers) filler.destroy();
    forget();
    kill();
  });
  return {
    port: found,
    open: () => {
      for (const filler of fillers) filler.destroy();
      child.kill("SIGCONT");
    },
  };
}

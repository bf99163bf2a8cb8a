// `openssl s_server` on 127.0.0.1: a TLS server that is not Node.js, and that speaks what Dovecot refuses to.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { eventually } from "./eventually.ts";
import { whenProcessEnds } from "./scratch.ts";

export interface OpensslServer {
  readonly port: number;
  /** What it has printed so far, of the TLS connections that it had and of what they said. */
  output(): string;
  /** Sends these octets to whoever is connected. */
  say(text: string): void;
  stop(): Promise<void>;
}

/** `args` say with which certificate, and how. It serves one client at a time. */
export async function startOpensslServer(args: readonly string[]): Promise<OpensslServer> {
  const child = spawn("openssl", ["s_server", "-accept", "127.0.0.1:0", ...args], { stdio: "pipe" });
  const forget = whenProcessEnds(() => child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (said += bytes.toString()));
  child.stdin.on("error", () => {});
  const port = await eventually("openssl s_server", () => {
    if (child.exitCode !== null) throw new Error(`openssl s_server: ${said}`);
    return /^ACCEPT 127\.0\.0\.1:(\d+)$/m.exec(said)?.[1];
  });
  return {
    port: Number(port),
    output: () => said,
    say: (text) => void child.stdin.write(text),
    stop: async () => {
      forget();
      await end(child);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

// Tokens kept by a command of the user's: `COMMAND get` prints them, `COMMAND store` reads them. They go through pipes only.

import { spawn } from "node:child_process";
import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import type { TokenStore } from "./token-store.ts";

/** A keyring may ask its user for a password. */
const timeLimitMs = 60_000;
const maxOctets = 1 << 20;

export function commandStore(command: string, side: Side): TokenStore {
  let last: Promise<unknown> = Promise.resolve();
  return {
    place: "with token-store-command",
    read: async () => {
      const text = await run({ command, action: "get", input: "", side });
      return text.trim() === "" ? undefined : text;
    },
    write: async (text) => {
      await run({ command, action: "store", input: text, side });
    },
    // Other processes are not known of; within this one, one after the other.
    exclusively: (work) => {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

interface Run {
  readonly command: string;
  readonly action: "get" | "store";
  readonly input: string;
  readonly side: Side;
}

function run({ command, action, input, side }: Run): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", `${command} "$@"`, "sh", action], { stdio: ["pipe", "pipe", "inherit"] });
    const fail = (problem: string): void => {
      clearTimeout(timer);
      child.kill();
      const more = action === "get" ? (["; before the first login it keeps nothing: run "] as const) : [];
      const hint = ["see what it says on its error output", ...more, ...(more.length > 0 ? [login(side)] : [])];
      reject(new InterimapError("CREDENTIALS", `token-store-command ${action}: ${problem}`, { hint }));
    };
    const timer = setTimeout(() => {
      fail("it did not end within 60 s");
    }, timeLimitMs);
    const pieces: Buffer[] = [];
    let octets = 0;
    child.stdout.on("data", (piece: Buffer) => {
      pieces.push(piece);
      octets += piece.length;
      if (octets > maxOctets) fail("it prints more than a token");
    });
    // It may end without reading.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.once("error", ({ message }) => {
      fail(message);
    });
    child.once("close", (status, signal) => {
      if (status !== 0) {
        fail(`it ended with ${signal ?? `exit status ${String(status)}`}`);
        return;
      }
      clearTimeout(timer);
      resolve(Buffer.concat(pieces).toString("utf8"));
    });
  });
}

function login(side: Side): { readonly command: "login"; readonly side: Side } {
  return { command: "login", side };
}

// A socket that stands for systemd's. Perl's, because Node has no datagrams on Unix sockets and Debian always has perl.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { setTimeout } from "node:timers";
import { patienceMs } from "../../support/eventually.ts";

/** A line for each datagram, its line feeds as spaces, after an empty one when the socket is there. */
const program = `
use Socket;
(my $name = shift) =~ s/^@/\\0/;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($socket, pack_sockaddr_un($name)) or die "$name: $!";
$| = 1;
print "\\n";
while (defined recv($socket, my $text, 4096, 0)) { print join(" | ", split /\\n/, $text), "\\n" }
`;

export interface NotifyReceiver {
  /** The next message, its variables separated by ` | `; those that systemd-notify only waits with are left out. */
  next(): Promise<string>;
  /** Not before the sender of the last message knows that it was read: it would find nobody there. */
  end(): Promise<void>;
}

/** `name` is what NOTIFY_SOCKET holds. Ends with the test. */
export async function receiveNotifications(t: TestContext, name: string): Promise<NotifyReceiver> {
  const child = spawn("perl", ["-e", program, name], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
  const line = async (): Promise<string> => {
    const patience = setTimeout(() => child.kill(), patienceMs);
    try {
      const { value } = await lines.next();
      if (value === undefined) throw new Error("no message came");
      return value;
    } finally {
      clearTimeout(patience);
    }
  };
  await line();
  let isAwaited = false;
  return {
    next: async () => {
      let text = await line();
      while (text === barrier) text = await line();
      isAwaited = true;
      return text;
    },
    end: async () => {
      if (isAwaited && (await line()) !== barrier) throw new Error("there is another message");
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

/** systemd-notify sends it after each message, and ends when it was read. */
const barrier = "BARRIER=1";

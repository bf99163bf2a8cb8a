// A socket that stands for systemd's. Perl's, because Node has no datagrams on Unix sockets and Debian always has perl.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";

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
  end(): Promise<void>;
}

/** `name` is what NOTIFY_SOCKET holds. Ends with the test. */
export async function receiveNotifications(t: TestContext, name: string): Promise<NotifyReceiver> {
  const child = spawn("perl", ["-e", program, name], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
  const next = async (): Promise<string> => {
    const patience = setTimeout(() => child.kill(), 5_000);
    try {
      for (;;) {
        const line = await lines.next();
        if (line.done === true) throw new Error("no message came");
        if (line.value !== "BARRIER=1") return line.value;
      }
    } finally {
      clearTimeout(patience);
    }
  };
  await next();
  return {
    next,
    end: async () => {
      child.kill();
      await once(child, "exit");
    },
  };
}

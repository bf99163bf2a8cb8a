// What another client does on a server, as lines of text.

import type { MailServer } from "./mail-server.ts";
import { appendAll } from "./mail-store.ts";
import { quoted } from "./raw-imap.ts";
import { asClient, mails } from "./two-stores.ts";

/** On the wire. Names in tests have "/" as delimiter; Courier has all mailboxes below INBOX. */
export function wireNameOn(server: MailServer, name: string): string {
  return `${server.prefix}${name.replaceAll("/", server.delimiter)}`;
}

/** `create NAME`, `delete NAME`, `rename FROM TO`, `subscribe NAME`, `append NAME MESSAGE [COUNT]` or `expunge NAME UIDS`. */
export async function act(server: MailServer, ...lines: readonly string[]): Promise<void> {
  const on = (name: string): string => quoted(wireNameOn(server, name));
  await asClient(server, async (imap) => {
    for (const line of lines) {
      const [what = "", first = "", second = "", count = "1"] = line.split(" ");
      if (what === "append") await appendAll(imap, wireNameOn(server, first), mails(second, Number(count)));
      else if (what === "rename") await imap.run(`RENAME ${on(first)} ${on(second)}`);
      else if (what === "expunge") {
        await imap.run(`SELECT ${on(first)}`);
        await imap.run(`UID STORE ${second} +FLAGS.SILENT (\\Deleted)`);
        await imap.run("EXPUNGE");
        await imap.run("CLOSE");
      } else await imap.run(`${what.toUpperCase()} ${on(first)}`);
    }
  });
}

// Two throw-away mail servers and imapsync-web beside them, as npm run demo:web and the README's picture show them.

import { startDovecot } from "../../test/support/dovecot.ts";
import { type ImapsyncWeb, startImapsyncWeb } from "../../test/support/imapsync-web.ts";
import type { MailServer } from "../../test/support/mail-server.ts";
import { populate } from "../../test/support/mail-store.ts";

export interface WebDemo {
  readonly web: ImapsyncWeb;
  readonly source: MailServer;
  readonly destination: MailServer;
  stop(): Promise<void>;
}

/** `mailboxes`: of the source. */
export async function startWebDemo(mailboxes = 14): Promise<WebDemo> {
  const started: { readonly stop: () => Promise<unknown> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((one) => one.stop()));
  };
  try {
    const source = await startDovecot({ separator: ".", user: "alice@old.example", password: "old-secret" });
    started.push(source);
    const destination = await startDovecot({ separator: "/", user: "alice@new.example", password: "new-secret" });
    started.push(destination);
    await populate(source, { seed: 7, messages: 1500, mailboxes });
    const web = await startImapsyncWeb();
    started.push(web);
    return { web, source, destination, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As the page's field for a server takes it. */
export function hostAndPort({ host, port }: MailServer): string {
  return `${host}:${String(port)}`;
}

// ImapFlow's client class, ready for one of our servers: the independent judge of what a server holds, and the
// hand that changes it the way other people's programs do.

import { ImapFlow, type ImapFlowOptions } from "imapflow";
import type { MailServer } from "./mail-server.ts";

/** Connected and logged in; call logout() when done. */
export async function connectImapFlow(server: MailServer, options: Partial<ImapFlowOptions> = {}): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: server.host,
    port: server.port,
    secure: false,
    doSTARTTLS: false,
    auth: { user: server.user, pass: server.password },
    logger: false,
    ...options,
  });
  await client.connect();
  return client;
}

export async function withImapFlow<T>(server: MailServer, work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const client = await connectImapFlow(server);
  try {
    return await work(client);
  } finally {
    await client.logout();
  }
}

// One server: reached, logged in to, asked what it can do and how much there is, and left.

import type { X509Certificate } from "node:crypto";
import { enter, reach } from "../../imap/connect.ts";
import type { Credentials } from "../../imap/sasl/credentials.ts";
import type { Session } from "../../imap/session/session.ts";
import { isoTime, keyPin, namesOf } from "../../imap/transport/certificate-words.ts";
import { endpointName } from "../../imap/transport/tcp.ts";
import type { Peer } from "../../imap/transport/transport.ts";
import { isSelectable, list } from "../../imap/verbs/list.ts";
import type { Log } from "../../log/log.ts";
import { rungOf } from "../../mail/observe/rung.ts";
import { type ErrorLine, InterimapError } from "../../model/errors.ts";
import type { ServerSettings } from "../../model/server-settings.ts";
import type { Side } from "../../model/side.ts";
import { printable } from "../../util/printable.ts";
import type { CertificateCheck, ServerCheck, TlsCheck } from "./check-document.ts";
import { faultOf } from "./fault.ts";
import { lackingIn } from "./helpful-extensions.ts";

export interface ServerVisit {
  readonly side: Side;
  readonly settings: ServerSettings;
  readonly credentials: Credentials;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly errorLine: ErrorLine;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** @throws InterimapError INTERRUPTED; whatever is wrong with the server is in the answer. */
export async function checkServer(visit: ServerVisit): Promise<ServerCheck> {
  const { side, settings, credentials, log, signal, errorLine } = visit;
  const found: Writable<ServerCheck> = { server: placeOf(settings), ...nothingKnown };
  const how = { side, log, credentials, signal, keepAlive: false };
  let session: Session | undefined;
  try {
    const reached = await reach(settings, how);
    session = reached.session;
    const { address, tls } = session.transport.peer?.() ?? {};
    found.address = address ?? null;
    found.tls = tls === undefined ? null : tlsCheck(tls);
    session = await enter(reached, settings, {
      ...how,
      onLoggedIn: (_, mechanism) => {
        found.login = { mechanism: mechanism ?? null, username: settings.username ?? null };
        return Promise.resolve();
      },
    });
    found.capabilities = [...session.capabilities.names];
    found.changes = rungOf({ abilities: session.abilities, lacksModSeqs: !session.abilities.modSeqs });
    found.lacks = lackingIn(session.capabilities, settings);
    found.mailboxes = await countMailboxes(session, settings);
    await session.logout();
  } catch (error) {
    session?.destroy();
    if (signal.aborted || !(error instanceof InterimapError)) throw error;
    found.fault = faultOf(error, errorLine);
  }
  return found;
}

const nothingKnown = {
  address: null,
  tls: null,
  login: null,
  capabilities: null,
  changes: null,
  lacks: null,
  mailboxes: null,
  fault: null,
} as const;

function placeOf({ transport }: ServerSettings): string {
  if (transport.type === "tunnel") return printable(transport.command);
  return endpointName(transport);
}

async function countMailboxes(session: Session, { listReference }: ServerSettings): Promise<number> {
  const query = { reference: listReference, patterns: ["*"], selectOptions: [], withoutStates: true };
  return (await list(session, query)).mailboxes.filter(isSelectable).length;
}

function tlsCheck({ protocol, cipher, certificate }: NonNullable<Peer["tls"]>): TlsCheck {
  return { protocol, cipher, certificate: certificate === undefined ? null : certificateCheck(certificate) };
}

function certificateCheck(certificate: X509Certificate): CertificateCheck {
  const { issuer, validFrom, validTo } = certificate;
  return {
    names: namesOf(certificate),
    issuer: printable(issuer.split("\n").join(", ")),
    validFrom: isoTime(validFrom),
    validTo: isoTime(validTo),
    fingerprint: keyPin(certificate),
  };
}

// Which server has the mail of a login. Only DNS is asked; nothing is connected to.

import { mailDomain } from "./mail-domain.ts";
import { type MailServer, type Provider, tlsServer } from "./provider.ts";
import { providerOfDomain, providerOfExchanger } from "./providers.ts";
import { serversOfRecords, type SrvRecord } from "./srv-records.ts";

/** Answers that there are none where there is none, or no answer in time; never rejects. */
export interface DnsQuestions {
  readonly srv: (name: string) => Promise<readonly SrvRecord[]>;
  /** Names of servers, the preferred first. */
  readonly mx: (name: string) => Promise<readonly string[]>;
  /** The name has an address that may be connected to. */
  readonly hasAddress: (name: string) => Promise<boolean>;
}

export interface Discovery {
  /** The best first, each host once. */
  readonly servers: readonly FoundServer[];
  /** Whose the first server is; also one that has none. */
  readonly provider: Provider | undefined;
}

export interface FoundServer extends MailServer {
  /** The address is one of the provider's; the domain says so itself; its mail goes to a provider; a usual name that exists. */
  readonly because: "provider" | "srv" | "mx" | "guess";
}

const nothing: Discovery = { servers: [], provider: undefined };

export async function discover(login: string, dns: DnsQuestions): Promise<Discovery> {
  const domain = mailDomain(login);
  if (domain === undefined) return nothing;
  const known = providerOfDomain(domain);
  if (known !== undefined) return { servers: because("provider", known.servers), provider: known };
  const [imaps, imap, exchangers, guesses] = await Promise.all([
    dns.srv(`_imaps._tcp.${domain}`),
    dns.srv(`_imap._tcp.${domain}`),
    dns.mx(domain),
    guessed(domain, dns),
  ]);
  const said = serversOfRecords(imaps, imap);
  const provider = exchangers.map((name) => providerOfExchanger(name.toLowerCase())).find((one) => one !== undefined);
  const servers = eachOnce([
    ...because("srv", said),
    ...because("mx", provider?.servers ?? []),
    ...because("guess", guesses),
  ]);
  return { servers, provider: provider !== undefined && isOf(provider, servers[0]) ? provider : undefined };
}

async function guessed(domain: string, dns: DnsQuestions): Promise<readonly MailServer[]> {
  const names = [`imap.${domain}`, `mail.${domain}`];
  const exist = await Promise.all(names.map((name) => dns.hasAddress(name)));
  return names.filter((_, i) => exist[i]).map(tlsServer);
}

function because(reason: FoundServer["because"], servers: readonly MailServer[]): FoundServer[] {
  return servers.map((server) => ({ ...server, because: reason }));
}

function eachOnce(servers: readonly FoundServer[]): readonly FoundServer[] {
  return [...new Map(servers.toReversed().map((server) => [server.host, server])).values()].reverse();
}

/** What is known of a provider does not hold where the domain names a server of somebody else. */
function isOf({ servers }: Provider, first: FoundServer | undefined): boolean {
  return first?.because !== "srv" || servers.some(({ host }) => host === first.host);
}

// Providers by the domains of their addresses, and by the servers that take mail for domains of others. From their own pages; what is
// known to be special about some: docs/providers.md.

import { type Provider, tlsServer } from "./provider.ts";

interface Row {
  readonly name: string;
  /** Undefined: there is none, see `obstacle`. */
  readonly host: string | undefined;
  /** Of addresses. */
  readonly domains?: string;
  /** Ends of the names of servers in MX records. */
  readonly exchangers?: string;
  readonly accepts?: Provider["accepts"];
  readonly isOffAtFirst?: boolean;
  readonly obstacle?: Provider["obstacle"];
}

const rows: readonly Row[] = [
  {
    name: "Gmail",
    host: "imap.gmail.com",
    domains: "gmail.com googlemail.com",
    exchangers: "google.com googlemail.com",
    accepts: ["oauth", "app password"],
  },
  {
    name: "Outlook",
    host: "outlook.office365.com",
    domains: `outlook.com hotmail.com live.com msn.com windowslive.com outlook.de outlook.fr outlook.es outlook.it outlook.at
      hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.co.uk live.de live.fr live.it live.nl live.co.uk live.be live.ca`,
    exchangers: "olc.protection.outlook.com",
    accepts: ["oauth"],
  },
  {
    name: "Microsoft 365",
    host: "outlook.office365.com",
    domains: "office365.com onmicrosoft.com",
    exchangers: "mail.protection.outlook.com mx.microsoft",
    accepts: ["oauth"],
  },
  {
    name: "Yahoo",
    host: "imap.mail.yahoo.com",
    domains: `yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.co.uk yahoo.ca yahoo.com.br
      yahoo.com.au yahoo.in yahoo.co.in`,
    accepts: ["app password"],
  },
  {
    name: "AOL",
    host: "imap.aol.com",
    domains: "aol.com aim.com aol.de aol.fr aol.co.uk verizon.net",
    accepts: ["app password"],
  },
  {
    name: "iCloud",
    host: "imap.mail.me.com",
    domains: "icloud.com me.com mac.com",
    exchangers: "mail.icloud.com",
    accepts: ["app password"],
  },
  {
    name: "GMX",
    host: "imap.gmx.net",
    domains: "gmx.de gmx.net gmx.at gmx.ch gmx.org gmx.info",
    exchangers: "gmx.net",
    isOffAtFirst: true,
  },
  { name: "GMX", host: "imap.gmx.com", domains: "gmx.com gmx.us gmx.co.uk gmx.fr gmx.es", isOffAtFirst: true },
  { name: "WEB.DE", host: "imap.web.de", domains: "web.de email.de", isOffAtFirst: true },
  { name: "mail.com", host: "imap.mail.com", domains: "mail.com email.com usa.com", isOffAtFirst: true },
  {
    name: "Fastmail",
    host: "imap.fastmail.com",
    domains: "fastmail.com fastmail.fm fastmail.org sent.com",
    exchangers: "messagingengine.com",
    accepts: ["app password"],
  },
  {
    name: "Zoho",
    host: "imap.zoho.com",
    domains: "zoho.com zohomail.com",
    exchangers: "zoho.com",
    accepts: ["app password", "password"],
    isOffAtFirst: true,
  },
  {
    name: "Zoho",
    host: "imap.zoho.eu",
    domains: "zoho.eu zohomail.eu",
    exchangers: "zoho.eu",
    accepts: ["app password", "password"],
    isOffAtFirst: true,
  },
  {
    name: "Zoho",
    host: "imap.zoho.in",
    domains: "zoho.in zohomail.in",
    exchangers: "zoho.in",
    accepts: ["app password", "password"],
    isOffAtFirst: true,
  },
  {
    name: "Yandex",
    host: "imap.yandex.com",
    domains: "yandex.com yandex.ru ya.ru yandex.by yandex.kz narod.ru",
    exchangers: "yandex.net yandex.ru",
    accepts: ["app password"],
    isOffAtFirst: true,
  },
  {
    name: "Mail.ru",
    host: "imap.mail.ru",
    domains: "mail.ru inbox.ru list.ru bk.ru internet.ru",
    exchangers: "mail.ru",
    accepts: ["app password"],
  },
  { name: "T-Online", host: "secureimap.t-online.de", domains: "t-online.de magenta.de", accepts: ["app password"] },
  { name: "freenet", host: "mx.freenet.de", domains: "freenet.de" },
  { name: "Posteo", host: "posteo.de", domains: "posteo.de posteo.net posteo.org posteo.eu" },
  { name: "mailbox.org", host: "imap.mailbox.org", domains: "mailbox.org", exchangers: "mailbox.org" },
  { name: "Orange", host: "imap.orange.fr", domains: "orange.fr wanadoo.fr" },
  { name: "Free", host: "imap.free.fr", domains: "free.fr" },
  { name: "SFR", host: "imap.sfr.fr", domains: "sfr.fr neuf.fr cegetel.net" },
  { name: "La Poste", host: "imap.laposte.net", domains: "laposte.net" },
  { name: "Libero", host: "imapmail.libero.it", domains: "libero.it iol.it inwind.it" },
  { name: "Bluewin", host: "imaps.bluewin.ch", domains: "bluewin.ch" },
  { name: "BT", host: "mail.btinternet.com", domains: "btinternet.com btopenworld.com talk21.com" },
  { name: "Comcast", host: "imap.comcast.net", domains: "comcast.net" },
  {
    name: "AT&T",
    host: "imap.mail.att.net",
    domains: "att.net sbcglobal.net bellsouth.net",
    accepts: ["app password"],
  },
  { name: "Seznam", host: "imap.seznam.cz", domains: "seznam.cz email.cz post.cz", exchangers: "seznam.cz" },
  { name: "WP", host: "imap.wp.pl", domains: "wp.pl" },
  { name: "QQ", host: "imap.qq.com", domains: "qq.com foxmail.com", accepts: ["app password"], isOffAtFirst: true },
  { name: "163", host: "imap.163.com", domains: "163.com", accepts: ["app password"], isOffAtFirst: true },
  { name: "126", host: "imap.126.com", domains: "126.com", accepts: ["app password"], isOffAtFirst: true },
  { name: "IONOS", host: "imap.ionos.de", exchangers: "kundenserver.de ionos.de" },
  { name: "IONOS", host: "imap.ionos.com", exchangers: "ionos.com" },
  { name: "STRATO", host: "imap.strato.de", exchangers: "rzone.de" },
  { name: "OVH", host: "ssl0.ovh.net", exchangers: "mail.ovh.net" },
  { name: "Gandi", host: "mail.gandi.net", exchangers: "mail.gandi.net" },
  {
    name: "Infomaniak",
    host: "mail.infomaniak.com",
    domains: "ik.me ikmail.com",
    exchangers: "infomaniak.ch infomaniak.com",
  },
  { name: "Migadu", host: "imap.migadu.com", exchangers: "migadu.com" },
  { name: "Rackspace", host: "secure.emailsrvr.com", exchangers: "emailsrvr.com" },
  {
    name: "Proton Mail",
    host: undefined,
    domains: "proton.me protonmail.com protonmail.ch pm.me",
    exchangers: "protonmail.ch",
    obstacle: "bridge only",
  },
  {
    name: "Tuta",
    host: undefined,
    domains: "tuta.com tuta.io tutanota.com tutanota.de tutamail.com keemail.me",
    exchangers: "tutanota.de",
    obstacle: "no imap",
  },
];

/** `domain` in lower case, as DNS has it. */
export function providerOfDomain(domain: string): Provider | undefined {
  return byDomain.get(domain);
}

/** `exchanger`: the name of a server in an MX record, in lower case. The longest end that is known counts. */
export function providerOfExchanger(exchanger: string): Provider | undefined {
  const labels = exchanger.split(".");
  for (let i = 0; i < labels.length; i++) {
    const provider = byExchanger.get(labels.slice(i).join("."));
    if (provider !== undefined) return provider;
  }
  return undefined;
}

const byDomain = index((row) => row.domains);
const byExchanger = index((row) => row.exchangers);

function index(names: (row: Row) => string | undefined): ReadonlyMap<string, Provider> {
  return new Map(
    rows.flatMap((row) => {
      const provider = providerOf(row);
      return words(names(row)).map((name) => [name, provider] as const);
    }),
  );
}

function providerOf({ name, host, accepts = ["password"], isOffAtFirst = false, obstacle }: Row): Provider {
  return { name, servers: host === undefined ? [] : [tlsServer(host)], accepts, isOffAtFirst, obstacle };
}

function words(text = ""): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

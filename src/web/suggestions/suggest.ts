// What the page proposes for a login, in words.

import { discover, type Discovery, type FoundServer } from "../../discovery/discover.ts";
import { nodeDns } from "../../discovery/node-dns.ts";
import type { Provider } from "../../discovery/provider.ts";
import type { TargetRules } from "../../job/job-spec.ts";
import { targetFilter } from "../../job/job-targets.ts";
import type { ServerSuggestions } from "../api.ts";

/** By DNS. Names that only lead to addresses that no job may connect to are not told to exist. */
export function suggester(targets: () => TargetRules): (login: string) => Promise<ServerSuggestions> {
  const dns = nodeDns({ allowsAddress: (address) => targetFilter(targets()).allowsAddress(address) });
  return async (login) => suggestions(await discover(login, dns));
}

/** A port that is not the usual one is part of the host, as the form takes it. */
export function suggestions({ servers, provider }: Discovery): ServerSuggestions {
  return {
    servers: servers.map((server) => ({ host: hostAndPort(server), why: why(server, provider) })),
    note: provider === undefined ? undefined : note(provider),
  };
}

function hostAndPort({ host, port, security }: FoundServer): string {
  if (security === "tls") return port === 993 ? host : `imaps://${host}:${port}`;
  return `${host}:${port}`;
}

function why({ because }: FoundServer, provider: Provider | undefined): string {
  switch (because) {
    case "provider":
      return provider?.name ?? "known";
    case "srv":
      return "named by the domain itself";
    case "mx":
      return provider === undefined ? "its mail goes there" : `its mail goes to ${provider.name}`;
    case "guess":
      return "a usual name, and it exists";
  }
}

/** What people have to know before they try. Undefined: nothing special. */
function note({ name, accepts, isOffAtFirst, obstacle }: Provider): string | undefined {
  switch (obstacle) {
    case "bridge only":
      return `${name} can be reached only through its Bridge, a program on your own computer, so this page cannot. Run imapsync there.`;
    case "no imap":
      return `${name} has no IMAP, so mail cannot be copied from there or to there.`;
    case undefined:
      break;
  }
  const off = isOffAtFirst ? ` Allow IMAP in the settings of ${name} first.` : "";
  if (accepts.includes("password")) return off === "" ? undefined : off.trim();
  if (accepts.includes("app password")) {
    return `${name} wants an app password here, not your usual one: make it in the security settings of your account.${off}`;
  }
  return `${name} accepts no passwords here any more, and this page knows no other way in. The command imapsync does: OAuth 2.`;
}

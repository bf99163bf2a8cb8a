// How else a server may be reached that does not speak TLS as was expected, without a password that others could read.

import { isLoopback } from "../../model/loopback.ts";
import type { Fault } from "../check/check-document.ts";
import type { SideSettings } from "./config-text.ts";

export interface OtherWay {
  readonly question: string;
  readonly setting: readonly [name: string, value: string];
}

/** What was given stays as it is. */
export function otherWay(settings: SideSettings, fault: Fault | null): OtherWay | undefined {
  const hasUsualPort = (settings.get("port") ?? "993") === "993";
  if (fault?.code === "TLS" && !settings.has("type") && !hasUsualPort)
    return { question: "Try STARTTLS on this port", setting: ["type", "imap"] };
  if (fault?.code === "STARTTLS_MISSING" && !settings.has("STARTTLS") && isLoopback(settings.get("host") ?? ""))
    return { question: "The server is on this machine. Go on without encryption", setting: ["STARTTLS", "NO"] };
  return undefined;
}

// The sessions of both servers for one run, as their settings say.

import { connect, type ConnectOptions } from "../../imap/connect.ts";
import type { Credentials } from "../../imap/sasl/credentials.ts";
import type { Log } from "../../log/log.ts";
import type { ServerSettings } from "../../model/server-settings.ts";
import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { SessionPair } from "./pair.ts";

export interface PairManner extends Pick<ConnectOptions, "open" | "changesNothing" | "fence"> {
  readonly log: Log;
  /** Each call is for one login. */
  readonly credentials: PerSide<() => Credentials>;
  readonly onAlert: (side: Side) => (text: string) => void;
}

/** Nothing is connected yet. */
export function pairOf(servers: PerSide<ServerSettings>, { credentials, onAlert, ...manner }: PairManner): SessionPair {
  return new SessionPair(
    perSide((side) => {
      const settings = servers[side];
      const how = {
        ...manner,
        side,
        onAlert: onAlert(side),
        disavowed: new Set<string>(),
        keepAlive: false,
        isEager: true,
      };
      return {
        main: (attempt) => connect(settings, { ...how, credentials: credentials[side](), ...attempt }),
        limit: settings.connections,
      };
    }),
  );
}

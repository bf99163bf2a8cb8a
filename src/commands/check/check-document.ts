// What `check` found, as a value: interimap(1) documents it, so names stay as they are. Times are ISO 8601 in UTC.

import type { Rung } from "../../mail/observe/rung.ts";
import type { ExitCode } from "../../model/exit-code.ts";
import type { AuthMechanism } from "../../model/server-settings.ts";
import type { PerSide } from "../../model/side.ts";

export interface CheckDocument {
  /** Of the program. */
  readonly version: string;
  readonly at: string;
  /** What the process ends with: that of the first fault, or 0. */
  readonly exitCode: ExitCode;
  readonly configuration: { readonly file: string; readonly warnings: readonly string[] };
  /** Null: was not asked for. */
  readonly servers: PerSide<ServerCheck | null>;
  readonly database: DatabaseCheck | null;
}

/** Null where the check did not get so far. */
export interface ServerCheck {
  /** `host:port`, or the command of a tunnel. */
  readonly server: string;
  /** The address that was connected to; null behind a proxy or in a tunnel, too. */
  readonly address: string | null;
  readonly tls: TlsCheck | null;
  readonly login: LoginCheck | null;
  /** In capitals, as they are after the login. */
  readonly capabilities: readonly string[] | null;
  /** By which means changes are found. */
  readonly changes: Rung | null;
  /** Extensions that would help and are not there. */
  readonly lacks: readonly { readonly extension: string; readonly means: string }[] | null;
  /** That can be selected. */
  readonly mailboxes: number | null;
  readonly fault: Fault | null;
}

export interface TlsCheck {
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate: CertificateCheck | null;
}

export interface CertificateCheck {
  readonly names: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** As SSL_fingerprint takes it. */
  readonly fingerprint: string;
}

export interface LoginCheck {
  /** Null: the server knew who we are. */
  readonly mechanism: AuthMechanism | null;
  readonly username: string | null;
}

export interface DatabaseCheck {
  readonly path: string;
  /** `in use`: another process works on it, and it was not looked into. */
  readonly state: "missing" | "outdated" | "current" | "in use";
  /** That it knows. */
  readonly mailboxes: number | null;
  /** The last time that a mailbox was synchronised, where that is in the future: the clock was put back. */
  readonly future: string | null;
  readonly fault: Fault | null;
}

export interface Fault {
  /** As docs/errors.md lists them. */
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

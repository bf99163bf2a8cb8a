// A provider of mail: its server, and how one logs in there.

export interface Provider {
  /** As people call it. */
  readonly name: string;
  /** The best first; none where IMAP cannot be had. */
  readonly servers: readonly MailServer[];
  /** What the provider accepts, the best for a program first; an app password is one that is made for one program. */
  readonly accepts: readonly ("password" | "app password" | "oauth")[];
  /** IMAP is off until somebody allows it in the provider's settings. */
  readonly isOffAtFirst: boolean;
  /** Why there is no server. */
  readonly obstacle: "bridge only" | "no imap" | undefined;
}

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet on, or after STARTTLS. */
  readonly security: "tls" | "starttls";
}

/** Over TLS, on its port. */
export function tlsServer(host: string): MailServer {
  return { host, port: 993, security: "tls" };
}

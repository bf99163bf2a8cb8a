// What a test sees of a throw-away IMAP server, whichever program it is.

export interface MailServer {
  readonly kind: "dovecot" | "cyrus" | "courier" | "mailutils" | "gmail";
  /** It has neither LITERAL+, MULTIAPPEND, UID EXPUNGE nor LIST-EXTENDED, which the tests' own clients use elsewhere. */
  readonly isBare?: boolean;
  readonly host: string;
  /** Plain text, and STARTTLS when there is a certificate. */
  readonly port: number;
  /** TLS from the first byte; undefined without a certificate. */
  readonly tlsPort: number | undefined;
  readonly certificateFile: string | undefined;
  readonly user: string;
  readonly password: string;
  readonly delimiter: string;
  /** Of the personal namespace, e.g. "INBOX."; usually "". */
  readonly prefix: string;
  /** Everything the server writes is below; gone after stop(). */
  readonly directory: string;
  /** A command line that speaks pre-authenticated IMAP on its standard input and output. Not Cyrus. */
  tunnelCommand(user?: string): string;
  /** Stops the processes, keeps mail and ports, and starts again; `meanwhile` has the files to itself. */
  restart(meanwhile?: () => void): Promise<void>;
  stop(): Promise<void>;
}

/** Those of some flags that a server takes: Mailutils knows no keywords, and answers BAD. */
export function takenFlags({ kind }: MailServer, flags: readonly string[]): string[] {
  return flags.filter((flag) => kind !== "mailutils" || flag.startsWith("\\"));
}

/** The same server seen as another user: a second, independent mail store at no cost. */
export function asUser(server: MailServer, user: string): MailServer {
  return { ...server, user, tunnelCommand: (other = user) => server.tunnelCommand(other) };
}

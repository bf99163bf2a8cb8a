// People write `imap.example.org:993` where a host is asked for, although its port has a place of its own.

/** Both parts of such a text; undefined for any other, as for an IPv6 address. */
export function hostAndPort(text: string): { readonly host: string; readonly port: string } | undefined {
  const [, host, port] = /^([^:]+):(\d{1,5})$/.exec(text) ?? [];
  return host === undefined || port === undefined ? undefined : { host, port };
}

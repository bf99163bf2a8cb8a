// INTERNALDATE as a moment: servers report it in time zones of their own (RFC 3501 2.3.3).

/** In ms since 1970; NaN when it cannot be read. */
export function instantOf(internalDate: string): number {
  return Date.parse(internalDate.trim().replace(/^(\d+)-(\w+)-/u, "$1 $2 "));
}

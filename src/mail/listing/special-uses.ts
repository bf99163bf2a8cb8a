// The special uses of mailboxes, by the attributes in LIST (RFC 6154, RFC 8457).

const known: ReadonlySet<string> = new Set(
  ["All", "Archive", "Drafts", "Flagged", "Important", "Junk", "Sent", "Trash"].map((use) => `\\${use.toLowerCase()}`),
);

/** In lower case. */
export function specialUses(attributes: readonly string[]): readonly string[] {
  return attributes.map((attribute) => attribute.toLowerCase()).filter((attribute) => known.has(attribute));
}

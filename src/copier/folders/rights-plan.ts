// `--syncacls`: which rights folders of host2 are to get.

export interface Rights {
  readonly identifier: string;
  /** Letters. */
  readonly rights: string;
}

/**
 * What others may do on host1 and may not do on host2, or not just that. The two users have all rights to what is theirs, and whom
 * only host2 knows keeps what was granted there.
 */
export function planRights(
  list1: ReadonlyMap<string, string>,
  list2: ReadonlyMap<string, string>,
  own: readonly (string | undefined)[],
): readonly Rights[] {
  return [...list1]
    .filter(([identifier, rights]) => !isOwn(identifier, own) && !areSame(rights, list2.get(identifier)))
    .map(([identifier, rights]) => ({ identifier, rights }));
}

/** With a minus in front, rights are taken away. */
function isOwn(identifier: string, own: readonly (string | undefined)[]): boolean {
  const name = identifier.replace(/^-/, "");
  return name === "owner" || name === "$owner" || own.includes(name);
}

function areSame(rights: string, other: string | undefined): boolean {
  return other !== undefined && lettersOf(rights) === lettersOf(other);
}

/** `c` and `d` stand for those that RFC 2086 had in their place (RFC 4314 2.1.1): servers add them by themselves. */
function lettersOf(rights: string): string {
  return [...new Set(rights.replace(/[cd]/g, ""))].sort().join("");
}

// `s{Sent|Sent Messages}{Sent}` leaves ` Messages` where it is: Perl takes the first alternative that matches, not the longest.

export interface Shadowed {
  readonly never: string;
  readonly because: string;
}

const quoted = /^\s*s\s*(?:\{([^{}]*)\}|\(([^()]*)\)|\[([^[\]]*)\]|<([^<>]*)>|([^\w\s])((?:(?!\5).)*)\5)/s;

/** Of the first substitution of an expression, if its alternatives are plain words; undefined when all can be found. */
export function shadowedAlternative(expression: string): Shadowed | undefined {
  const [, braces, parentheses, brackets, angles, , plain] = quoted.exec(expression) ?? [];
  const pattern = braces ?? parentheses ?? brackets ?? angles ?? plain ?? "";
  const words = pattern.split("|");
  if (words.some((word) => /[\\()[\]{}.*+?^$]/.test(word))) return undefined;
  for (const [i, never] of words.entries()) {
    const because = words.slice(0, i).find((word) => word !== "" && never.startsWith(word));
    if (because !== undefined) return { never, because };
  }
  return undefined;
}

/** Warnings about `--regextrans2`. */
export function shadowWarnings(expressions: readonly string[]): string[] {
  return expressions.flatMap((expression) => {
    const shadowed = shadowedAlternative(expression);
    if (shadowed === undefined) return [];
    const { never, because } = shadowed;
    return [`--regextrans2 "${expression}" never finds "${never}", because it finds "${because}" before: use ^ and $`];
  });
}

// The domain of a mail address. Pure.

/** In lower case, as DNS has it. Undefined: the login has none, or one that cannot be a public domain. */
export function mailDomain(login: string): string | undefined {
  const at = login.lastIndexOf("@");
  if (at < 0) return undefined;
  const domain = asciiDomain(
    login
      .slice(at + 1)
      .trim()
      .replace(/\.$/, ""),
  );
  const isName =
    domain !== undefined &&
    domain.length <= 253 &&
    /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(domain);
  return isName ? domain : undefined;
}

/** Umlauts and the like as DNS has them. */
function asciiDomain(domain: string): string | undefined {
  // These would begin another part of a URL.
  if (/[\s/?#@:\\%[\]]/.test(domain)) return undefined;
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return undefined;
  }
}

// The forms in which a secret may be found where it does not belong, and who has found them.

/** What is looked for, by the name of its form. */
export type SecretForms = ReadonlyMap<string, string>;

/**
 * As it is, as a quoted string, in hexadecimal, as part of a URL, and in base64 (RFC 4648, both alphabets), where it may begin at
 * each of three places. Of base64, only what depends on no neighbour.
 */
export function formsOf(name: string, secret: string): SecretForms {
  const octets = Buffer.from(secret);
  const forms = new Map([
    [`${name} as it is`, secret],
    [`${name}, quoted`, secret.replace(/["\\]/g, "\\$&")],
    [`${name} as part of a URL`, encodeURIComponent(secret)],
    [`${name} in hexadecimal`, octets.toString("hex")],
    [`${name} in capital hexadecimal`, octets.toString("hex").toUpperCase()],
  ]);
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), octets]).toString("base64");
    const sure = text.slice(before === 0 ? 0 : before + 1, Math.floor(((before + octets.length) * 4) / 3));
    forms.set(`${name} in base64, ${String(before)} octets behind its beginning`, sure);
    forms.set(`${name} in base64url, ${String(before)} octets behind`, sure.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

/** The names of the forms that are in it. */
export function formsIn(forms: SecretForms, contents: Buffer | string): readonly string[] {
  const octets = Buffer.from(contents);
  return [...forms].filter(([, text]) => octets.includes(text)).map(([name]) => name);
}

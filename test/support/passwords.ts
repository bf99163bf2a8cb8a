// Passwords that forms, URLs, shells, JSON and log lines would trip over.

import { promptFailures } from "./dovecot-failures.ts";

/** For Dovecot's `extraConfig`: this password is right as well, whatever is in it. */
export function accepting(password: string): string {
  const hexadecimal = Buffer.from(password).toString("hex");
  const passdb = `passdb {\n  driver = static\n  args = password={PLAIN.HEX}${hexadecimal}\n}`;
  return `auth_mechanisms = plain login\n${promptFailures}\n${passdb}\n`;
}

export const awkwardPasswords = [`a&b=c+d%20e;f"g'h\\i <b>#$(x)`, "Grüße+日本 😀%F0%00&amp;=x"] as const;

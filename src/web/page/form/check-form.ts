// What can be seen to be missing before anything is sent. The server checks again. Pure.

import type { ApiError } from "../../api.ts";
import type { AccountField, Entered, Host } from "./fields.ts";

type FieldError = Required<Pick<ApiError, "error" | "field">>;

/** In the order of the fields; none: the form may be sent. */
export function checkForm(entered: Entered): readonly FieldError[] {
  const { texts, checks } = entered;
  const missing = ([1, 2] as const).flatMap((host) =>
    (["user", "password", "host"] as const)
      .filter((field) => isEmpty(field, texts[`${field}${host}`]))
      .map((field) => ({ field: `${field}${host}`, error: isMissing(field, host) })),
  );
  const others: FieldError[] = [];
  if (missing.length === 0 && isSameAccount(entered))
    others.push({
      field: "user2",
      error: "This is the same mailbox as the source. Enter the one that is to receive the mail.",
    });
  if (checks.delete2 && !checks.confirm2)
    others.push({
      field: "confirm2",
      error: "Confirm that messages may be deleted at the destination, or switch this option off.",
    });
  return [...missing, ...others];
}

/** A password may be of blanks. */
function isEmpty(field: AccountField, value: string): boolean {
  return (field === "password" ? value : value.trim()) === "";
}

function isMissing(field: AccountField, host: Host): string {
  const side = host === 1 ? "source" : "destination";
  if (field === "user") return `Enter the login of the ${side}, usually its mail address.`;
  if (field === "password") return `Enter the password of the ${side}.`;
  return `Enter the server of the ${side}, for instance imap.example.org.`;
}

function isSameAccount({ texts }: Entered): boolean {
  const normal = (text: string): string => text.trim().toLowerCase();
  // Logins may differ in the case of their letters only.
  return (
    normal(texts.host1) === normal(texts.host2) &&
    texts.user1.trim() === texts.user2.trim() &&
    texts.subfolder1 === texts.subfolder2
  );
}

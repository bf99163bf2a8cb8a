// Lines of the wire as the debug log shows them: credentials redacted, everything but printable ASCII escaped.

const redacted = "[redacted]";

/**
 * A line, or a whole command with the line breaks after its literals' markers. Contents of literals must have been left
 * out by the caller; the markers (`{123}`) stay.
 *
 * Without `secrets`, a client's LOGIN and AUTHENTICATE show no argument but the mechanism, and a line that is no
 * command of its own, because it follows a literal or a `+`, shows only what cannot be a credential.
 */
export function trafficLine(direction: "C" | "S", line: string | Buffer, secrets: boolean): string {
  const octets = typeof line === "string" ? line : line.toString("latin1");
  const text = octets.replace(/(\{\d+\+?\})\r\n/g, "$1").replace(/\r?\n$/, "");
  return `${direction}: ${escaped(direction === "C" && !secrets ? withoutCredentials(text) : text)}`;
}

function withoutCredentials(text: string): string {
  const command = /^([^\s"(){}]+ +)([a-z]+)(.*)$/is.exec(text);
  if (command === null) return continuation(text);
  const [, tag = "", verb = "", rest = ""] = command;
  switch (verb.toUpperCase()) {
    case "LOGIN":
      return `${tag}${verb} ${redacted}`;
    case "AUTHENTICATE": {
      const [, mechanism = "", response = ""] = /^( +[\w-]+)?(.*)$/s.exec(rest) ?? [];
      return `${tag}${verb}${mechanism}${response === "" ? "" : ` ${redacted}`}`;
    }
    default:
      return text;
  }
}

/**
 * The rest of a command after a literal begins with a space or a parenthesis; whether it was a LOGIN is not known here,
 * so that only flag lists and the markers of literals stay. A single word is SASL data, unless it ends an IDLE.
 */
function continuation(text: string): string {
  if (/^(DONE|\*|\)?)$/i.test(text)) return text;
  const [, lists = "", hidden = "", marker = ""] =
    /^((?: +\([^()"{}]*\))*)(.*?)((?: +~?\{\d+\+?\})?)$/s.exec(text) ?? [];
  return [lists.trim(), hidden.trim() === "" ? "" : redacted, marker.trim()].filter((part) => part !== "").join(" ");
}

function escaped(text: string): string {
  // The dots stand for what was left out.
  return text.replace(/[^\x20-\x7e…]/g, (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

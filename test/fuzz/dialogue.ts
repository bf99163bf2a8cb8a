// A recorded conversation, as a file that people can read: what the client sent and what the server said, in the order in
// which it went by.
//
//   C: a3 SELECT INBOX     a command; literals keep their size, and their octets are left out
//   S: * 3 EXISTS          a line of the server
//   S- mail with           a line that goes on in the next one: the octets of a literal and what follows it
//
// `\xNN` stands for an octet that is no printable ASCII, or a backslash.

export interface Said {
  readonly from: "client" | "server";
  /** Octets, one character each (latin1). A response is whole, with its literals and line end; a command has none. */
  readonly text: string;
}

export function writeDialogue(said: readonly Said[]): string {
  return said
    .map(({ from, text }) => {
      if (from === "client") return `C: ${escaped(text)}\n`;
      const lines = text.replace(/\r\n$/, "").split("\r\n");
      return lines.map((line, index) => `S${index < lines.length - 1 ? "-" : ":"} ${escaped(line)}\n`).join("");
    })
    .join("");
}

export function readDialogue(file: string): Said[] {
  const said: Said[] = [];
  let begun = "";
  for (const line of file.split("\n")) {
    const text = plain(line.slice(3));
    if (line.startsWith("C:")) said.push({ from: "client", text });
    else if (line.startsWith("S-")) begun += `${text}\r\n`;
    else if (line.startsWith("S:")) {
      said.push({ from: "server", text: `${begun}${text}\r\n` });
      begun = "";
    } else if (line !== "") throw new Error(`not a line of a dialogue: ${line}`);
  }
  return said;
}

function escaped(text: string): string {
  return text.replace(/[^\x20-\x5b\x5d-\x7e]/g, (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function plain(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

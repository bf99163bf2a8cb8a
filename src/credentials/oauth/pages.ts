// What the browser shows at the end of a login: plain pages without script, which load nothing.

import type { ServerResponse } from "node:http";

export interface Page {
  readonly title: string;
  readonly text: string;
}

/** `issuer`: for people. */
export function pageFor(outcome: "done" | "refused" | "failed" | "stray", issuer = ""): Page {
  switch (outcome) {
    case "done":
      return { title: "interimap is logged in", text: "You can close this page and go back to the terminal." };
    case "refused":
      return {
        title: "interimap is not logged in",
        text: `${issuer} did not give its consent. Close this page and see the terminal for the reason.`,
      };
    case "failed":
      return {
        title: "interimap is not logged in",
        text: "Something went wrong after the login. Close this page and see the terminal for the reason.",
      };
    case "stray":
      return {
        title: "Nothing to see here",
        text: "This address takes part in a login of interimap. Go on with the address that the terminal shows.",
      };
  }
}

export function sendPage(response: ServerResponse, status: number, { title, text }: Page): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    connection: "close",
  });
  const body = `<h1>${escaped(title)}</h1>\n<p>${escaped(text)}</p>`;
  response.end(
    `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${escaped(title)}</title>\n${body}\n`,
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

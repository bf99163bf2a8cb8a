// What every page has around it.

import type { ComponentChildren, VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { printable } from "../../../util/printable.ts";
import { assetPaths } from "../assets.ts";

export interface DocumentProps {
  readonly title: string;
  /** Which part of the script makes it live. Undefined: none. */
  readonly app?: { readonly name: "form" | "job"; readonly props: unknown };
  readonly children: ComponentChildren;
}

/** A whole page, from `<!doctype html>` on. */
export function htmlDocument(props: DocumentProps): string {
  return `<!doctype html>\n${renderToString(<Page {...props} />)}\n`;
}

function Page({ title, app, children }: DocumentProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{printable(title)}</title>
        <link rel="icon" href={assetPaths.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={assetPaths.style} />
        {app !== undefined && <script type="module" src={assetPaths.script} />}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <a class="brand" href="/">
            <img src={assetPaths.icon} alt="" width="28" height="28" />
            imapsync
          </a>
        </header>
        <main id="main" tabIndex={-1}>
          <div id="app">{children}</div>
          {app !== undefined && <Data name={app.name} value={app.props} />}
        </main>
        <footer class="bottom">
          <p>Copies mail between any two IMAP servers. Passwords are never stored.</p>
        </footer>
      </body>
    </html>
  );
}

/** What the script begins with. It is not code, so a policy against code in pages does not matter to it. */
function Data({ name, value }: { readonly name: string; readonly value: unknown }): VNode {
  return (
    <script type="application/json" id="data" data-app={name} dangerouslySetInnerHTML={{ __html: jsonInHtml(value) }} />
  );
}

/** JSON without anything that HTML would read as the end of it, or as a comment. */
export function jsonInHtml(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

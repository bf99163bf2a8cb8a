// The pages as the server writes them.

import type { Asset, ErrorPageProps, FormPageProps, JobPageProps, OperatorPageProps } from "./props.ts";

export const assets: readonly Asset[] = [];

export function formPage({ values, error }: FormPageProps): string {
  const field = (name: keyof FormPageProps["values"]): string =>
    `<label>${name} <input name="${name}" value="${escaped(values[name] ?? "")}"></label>`;
  const password = (name: string): string => `<label>${name} <input name="${name}" type="password"></label>`;
  return page(
    "imapsync",
    `${error === undefined ? "" : `<p role="alert">${escaped(error.error)}</p>`}
    <form method="post" action="/jobs">
      ${field("host1")} ${field("user1")} ${password("password1")}
      ${field("host2")} ${field("user2")} ${password("password2")}
      <button>Sync or resync!</button>
    </form>`,
  );
}

export function jobPage({ status, log }: JobPageProps): string {
  return page(
    `${status.user1} → ${status.user2}`,
    `<p>${status.state}</p><pre>${escaped(log.lines.join("\n"))}</pre><a href="log">The whole log</a>
    <form method="post" action="abort"><button>Abort!</button></form>`,
  );
}

export function operatorPage({ overview, error }: OperatorPageProps): string {
  if (overview === undefined) {
    return page(
      "Operator",
      `${error === undefined ? "" : `<p role="alert">${escaped(error)}</p>`}
      <form method="post" action="/operator"><label>Token <input name="token" type="password"></label><button>Log in</button></form>`,
    );
  }
  return page("Operator", `<p>${overview.running} running, ${overview.queued} queued</p>`);
}

export function errorPage({ statusCode, error }: ErrorPageProps): string {
  return page(String(statusCode), `<p>${escaped(error)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head><body>
<main><h1>${escaped(title)}</h1>${body}</main></body></html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

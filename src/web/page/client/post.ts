// Sends a form, and reads what came of it.

import type { ApiError } from "../../api.ts";
import { roughly } from "../words/figures.ts";

export type Answer<Value> = { readonly value: Value } | { readonly error: ApiError };

type Fields = Iterable<readonly [string, string]>;

/** Never rejects: without an answer, the error says so. */
export async function post<Value>(path: string, fields: Fields): Promise<Answer<Value>> {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams([...fields].map(([name, value]): [string, string] => [name, value])),
    });
    if (answer.ok) return { value: (await readJson(answer)) as Value };
    const told = (await readJson(answer)) as Partial<ApiError> | undefined;
    const wait = Number(answer.headers.get("retry-after"));
    const { error = `That did not work (${answer.status}).`, field = "", certificates = [] } = told ?? {};
    // Most refusals say when by themselves.
    const again = wait > 0 && !/\btry again\b/i.test(error) ? ` Try again in ${roughly(wait)}.` : "";
    return { error: { error: `${error}${again}`, certificates, ...(field !== "" && { field }) } };
  } catch {
    return { error: { error: "The server of this page does not answer. Check your connection, and try again." } };
  }
}

/** Undefined: there is none, as after a redirection to a page. */
async function readJson(answer: Response): Promise<unknown> {
  const isJson = answer.headers.get("content-type")?.includes("json") === true;
  return isJson ? ((await answer.json()) as unknown) : undefined;
}

// One request and its answer, each over a connection of its own, with exactly the headers that a test wants: no browser's rules
// and no client's help. What is not even HTTP goes through `sendRaw()`.

import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** `address`: of the server, such as `http://127.0.0.1:8080`; `path` is sent as it is. */
export async function ask(address: string, path: string, question: Question = {}): Promise<Answer> {
  const response = await open(address, path, question);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

/** Resolves with the headers; the body is read, or not, by the caller, who destroys it. */
export async function open(address: string, path: string, question: Question = {}): Promise<IncomingMessage> {
  const { hostname, port } = new URL(address);
  const { method = "GET", headers = {}, body } = question;
  const sent = request({ hostname, port, path, method, headers, agent: false });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

/** A form as a browser sends it. */
export function asForm(values: object, headers: Readonly<Record<string, string>> = {}): Question {
  const body = new URLSearchParams(Object.entries(values) as [string, string][]).toString();
  return {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...lengthOf(body), ...headers },
    body,
  };
}

/** As the page's script sends it. */
export function asJson(value: unknown, headers: Readonly<Record<string, string>> = {}): Question {
  const body = JSON.stringify(value);
  return { method: "POST", headers: { "content-type": "application/json", ...lengthOf(body), ...headers }, body };
}

function lengthOf(body: string): { readonly "content-length": string } {
  return { "content-length": String(Buffer.byteLength(body)) };
}

/** Sends octets as they are, and resolves with all that came back until the server ended the connection. */
export async function sendRaw(address: string, ...octets: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A server that has had enough resets the connection.
  socket.on("error", () => undefined);
  for (const part of octets) socket.write(Buffer.from(part, "latin1"));
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

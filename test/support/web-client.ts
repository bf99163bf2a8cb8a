// What a program does with imapsync-web, by its interface in JSON: it starts jobs, asks for them, waits for their ends. Like a
// browser profile, it keeps the cookies that it is given.

import assert from "node:assert/strict";
import type { JobForm, JobStarted, JobState, JobStatus } from "../../src/web/api.ts";
import { becomes, eventually } from "./eventually.ts";
import { type Answer, asJson, ask, type Question } from "./http-request.ts";
import type { MailServer } from "./mail-server.ts";
import type { TwoStores } from "./two-stores.ts";

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

const unended: readonly JobState[] = ["queued", "running"];

export class WebClient {
  readonly #address: string;
  /** By name and path. */
  readonly #cookies = new Map<string, Cookie>();

  constructor({ address }: { readonly address: string }) {
    this.#address = address;
  }

  async ask(path: string, { headers, ...question }: Question = {}): Promise<Answer> {
    const answer = await ask(this.#address, path, { ...question, headers: { ...this.cookieHeader(path), ...headers } });
    for (const line of answer.headers["set-cookie"] ?? []) this.#take(line);
    return answer;
  }

  /** What a browser would send with a request for this path. */
  cookieHeader(path: string): { readonly cookie?: string } {
    const sent = this.cookies.filter((cookie) => path.startsWith(cookie.path));
    return sent.length === 0 ? {} : { cookie: sent.map(({ name, value }) => `${name}=${value}`).join("; ") };
  }

  get cookies(): readonly Cookie[] {
    return [...this.#cookies.values()];
  }

  keep(cookie: Cookie): void {
    this.#cookies.set(`${cookie.name} ${cookie.path}`, cookie);
  }

  #take(line: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    this.keep({ name, value, path: /; *path=([^;]+)/i.exec(line)?.[1] ?? "/" });
  }

  async start(values: JobForm): Promise<JobStarted> {
    const { status, text } = await this.ask("/jobs", asJson(values));
    assert.ok([200, 201].includes(status), `${String(status)} ${text}`);
    return JSON.parse(text) as JobStarted;
  }

  async status(id: string): Promise<JobStatus> {
    const { status, text } = await this.ask(`/jobs/${id}/state`);
    assert.equal(status, 200, text);
    return JSON.parse(text) as JobStatus;
  }

  /** What the job ends with. */
  endOf(id: string): Promise<JobStatus> {
    return eventually(`the end of job ${id}`, async () => {
      const status = await this.status(id);
      return !unended.includes(status.state) && status;
    });
  }

  reaches(id: string, state: JobState): Promise<void> {
    return becomes(async () => (await this.status(id)).state, state);
  }

  /** Starts a job and waits for its end. */
  async run(values: JobForm): Promise<JobStatus> {
    const { id } = await this.start(values);
    return this.endOf(id);
  }

  /** The whole log, by lines. */
  async log(id: string): Promise<readonly string[]> {
    const { status, text } = await this.ask(`/jobs/${id}/log`);
    assert.equal(status, 200, text);
    return text.split("\n");
  }
}

/** From one account to another, as a person fills in the form; through the proxies of the stores. */
export function valuesFor({ proxies: { local, remote } }: TwoStores, more: Partial<JobForm> = {}): JobForm {
  return { ...sixValues(local.server, remote.server), ...more };
}

export function sixValues(from: MailServer, to: MailServer): JobForm {
  return {
    ...{ host1: `${from.host}:${String(from.port)}`, user1: from.user, password1: from.password },
    ...{ host2: `${to.host}:${String(to.port)}`, user2: to.user, password2: to.password },
  };
}

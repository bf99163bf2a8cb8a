// The web server's routes without a network, with workers that a test leads.

import { loadWebConfig, type WebConfig } from "../../src/web/configuration/web-config.ts";
import type { WebContext } from "../../src/web/http/context.ts";
import { OperatorAccess } from "../../src/web/http/operator-access.ts";
import { createWebServer, type WebServer } from "../../src/web/http/web-server.ts";
import { Previews } from "../../src/web/jobs/previews.ts";
import { type Desk, desk, generous, type LedWorkers, ledWorkers, sixValues } from "./web-jobs.ts";

export interface Site extends Desk {
  readonly server: WebServer;
  readonly logged: { readonly text: string; readonly fields: Readonly<Record<string, unknown>> }[];
  readonly previewWorkers: LedWorkers;
}

export const operatorToken = "a token that is long enough";

export async function site(
  given: Partial<WebConfig> & Parameters<typeof desk>[0] & Partial<WebContext> = {},
): Promise<Site> {
  const made = desk(given);
  const config: WebConfig = {
    ...loadWebConfig({ file: undefined, listen: undefined, env: { HOME: "/nowhere" } }),
    ...given,
  };
  const logged: Site["logged"] = [];
  const log = (text: string, context?: { fields?: () => Readonly<Record<string, unknown>> }): void =>
    void logged.push({ text, fields: context?.fields?.() ?? {} });
  const previewWorkers = ledWorkers();
  const context: WebContext = {
    config: () => config,
    jobs: made.jobs,
    previews: new Previews({ rules: () => generous, runWorker: previewWorkers.run, admission: made.jobs.admission }),
    operator: new OperatorAccess(() => config.operatorToken),
    log: { info: log, warn: log, error: log },
    ...{ assets: [], startedAt: "2026-01-01T00:00:00.000Z", heartbeatMs: 15_000, isOverloaded: () => false },
    suggest: (login) =>
      Promise.resolve({ servers: [{ host: `imap.${login.split("@")[1] ?? ""}`, why: "" }], note: undefined }),
    ...given,
  };
  const server = await createWebServer(context, undefined);
  return Object.assign(made, { server, logged, previewWorkers });
}

export const formHeaders = { "content-type": "application/x-www-form-urlencoded" };
export const asBrowser = { accept: "text/html,application/xhtml+xml" };

export function formOf(fields: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({ ...sixValues, ...fields }).toString();
}

export interface Opened {
  readonly id: string;
  readonly cookie: string;
}

/** Begins a job as the page does. */
export async function begin(
  { server }: Pick<Site, "server">,
  fields: Readonly<Record<string, string>> = {},
): Promise<Opened> {
  const response = await server.inject({ method: "POST", url: "/jobs", payload: { ...sixValues, ...fields } });
  const { id } = response.json<{ id: string }>();
  const [cookie = ""] = String(response.headers["set-cookie"]).split(";");
  return { id, cookie };
}

// The operator's page of a fleet: how far it is, and what can be done about accounts and groups.

import type { FastifyInstance, FastifyReply } from "fastify";
import { InterimapError } from "../../model/errors.ts";
import type { Static } from "../../util/type-box.ts";
import type { FleetDesk } from "../fleet/fleet-desk.ts";
import { fleetPage } from "../page/pages.ts";
import type { FleetFilter } from "../page/props.ts";
import { sendHtml, sendNotFound } from "./answers.ts";
import type { WebContext } from "./context.ts";
import { isOperator } from "./operator-login.ts";
import { fleetAccounts, fleetFilter, fleetGroups } from "./schemas.ts";

const path = "/operator/fleet";

export async function fleetRoutes(server: FastifyInstance, { fleet, operator }: WebContext): Promise<void> {
  if (fleet === undefined) return;
  server.addHook("preHandler", async (request, reply) => {
    if (isOperator(request, operator)) return;
    // Where one logs in.
    if (operator.isOpen && request.method === "GET") return reply.redirect("/operator", 303);
    return sendNotFound(request, reply);
  });

  server.get<{ Querystring: Static<typeof fleetFilter> }>(
    path,
    { schema: { querystring: fleetFilter } },
    async ({ query }, reply) => {
      const { q = "", status = "", group = "", after = "" } = query;
      return show(reply, fleet, { q: q.trim(), status, group, after });
    },
  );

  server.post<{ Body: Static<typeof fleetAccounts> }>(
    `${path}/accounts`,
    { schema: { body: fleetAccounts } },
    async (request, reply) => {
      const { do: act, name, status, back } = request.body;
      if ((name === undefined) === (status === undefined)) return sendNotFound(request, reply);
      return change(reply, { fleet, back, by: () => fleet.changeAccounts(act, { name, status }) });
    },
  );

  server.post<{ Body: Static<typeof fleetGroups> }>(
    `${path}/groups`,
    { schema: { body: fleetGroups } },
    async ({ body: { do: act, group, most = "", back } }, reply) => {
      const limit = most === "" ? undefined : Number(most);
      return change(reply, { fleet, back, by: () => fleet.changeGroup(act, group, limit) });
    },
  );
}

async function show(reply: FastifyReply, fleet: FleetDesk, filter: FleetFilter): Promise<FastifyReply> {
  try {
    return await sendHtml(reply, fleetPage({ overview: await fleet.overview(filter), filter, error: undefined }));
  } catch (error) {
    return sendFault(reply, { filter, error });
  }
}

interface Change {
  readonly fleet: FleetDesk;
  /** The query of the page that it was asked on. */
  readonly back: string | undefined;
  readonly by: () => Promise<void>;
}

async function change(reply: FastifyReply, { back = "", by }: Change): Promise<FastifyReply> {
  const query = new URLSearchParams(back);
  const filter = { q: "", status: "", group: "", after: "" };
  try {
    await by();
  } catch (error) {
    return sendFault(reply, { filter, error });
  }
  const kept = Object.keys(filter).flatMap((name) => {
    const value = query.get(name) ?? "";
    return value === "" ? [] : [[name, value]];
  });
  const text = new URLSearchParams(kept).toString();
  return reply.redirect(text === "" ? path : `${path}?${text}`, 303);
}

function sendFault(
  reply: FastifyReply,
  { filter, error }: { readonly filter: FleetFilter; readonly error: unknown },
): Promise<FastifyReply> {
  if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
  void reply.code(503);
  const hint = typeof error.hint === "string" ? `; ${error.hint}` : "";
  return sendHtml(reply, fleetPage({ overview: undefined, filter, error: `${error.message}${hint}` }));
}

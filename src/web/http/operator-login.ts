// Whether a request is the operator's: it has the token, or a session that was begun with it.

import type { FastifyRequest } from "fastify";
import { addressKey } from "./client-address.ts";
import { cookieOf } from "./cookies.ts";
import type { OperatorAccess } from "./operator-access.ts";

export const cookieName = "operator";

export function isOperator(request: FastifyRequest, operator: OperatorAccess): boolean {
  return hasToken(request, operator) || operator.isSession(cookieOf(request.headers.cookie, cookieName) ?? "");
}

export function hasToken({ headers, ip }: FastifyRequest, operator: OperatorAccess): boolean {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  return token !== undefined && operator.isToken(token, addressKey(ip));
}

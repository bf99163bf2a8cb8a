// The way to a proxy itself, and how messages call it.

import type { Socket } from "node:net";
import type { InetSettings, ProxySettings } from "../../model/server-settings.ts";
import { connectError } from "./connect-error.ts";
import { connectTcp, endpointName, type TcpOptions } from "./tcp.ts";

/** Connects to the proxy. Throws CONNECT, or the signal's reason. */
export async function reachProxy(proxy: ProxySettings, options: TcpOptions): Promise<Socket> {
  try {
    return await connectTcp(proxy, options);
  } catch (error) {
    throw connectError(`cannot connect to ${proxyName(proxy)}`, error, options.signal);
  }
}

/** Its kind and address, never its credentials. */
export function proxyName(proxy: ProxySettings): string {
  const kind = proxy.protocol === "http" || proxy.protocol === "https" ? "HTTP" : "SOCKS";
  return `the ${kind} proxy ${endpointName(proxy)}`;
}

/** The beginning of most messages about a connection. */
export function cannotConnect({ host, port, proxy }: InetSettings): string {
  const route = proxy === undefined ? "" : ` through ${proxyName(proxy)}`;
  return `cannot connect to ${endpointName({ host, port })}${route}`;
}

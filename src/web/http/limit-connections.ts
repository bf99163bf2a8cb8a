// How many connections an address may have open.

import type { Server } from "node:http";
import { BlockList, isIPv4, type Socket } from "node:net";
import type { WebConfig } from "../configuration/web-config.ts";
import { addressKey } from "./client-address.ts";

/** Of all: each costs memory. */
const maxConnections = 10_000;

export function limitConnections(
  { server }: { readonly server: Pick<Server, "on" | "maxConnections"> },
  config: () => Pick<WebConfig, "maxConnectionsPerAddress" | "trustedProxies">,
): void {
  const open = new Map<string, number>();
  server.maxConnections = maxConnections;
  server.on("connection", (socket: Socket) => {
    const { maxConnectionsPerAddress, trustedProxies } = config();
    const address = socket.remoteAddress;
    if (address === undefined || isIn(address, trustedProxies)) return;
    const key = addressKey(address);
    const count = (open.get(key) ?? 0) + 1;
    if (count > maxConnectionsPerAddress) {
      socket.destroy();
      return;
    }
    open.set(key, count);
    socket.once("close", () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    });
  });
}

function isIn(address: string, networks: readonly string[]): boolean {
  if (networks.length === 0) return false;
  const list = new BlockList();
  for (const network of networks) {
    const [base = "", bits] = network.split("/");
    const family = isIPv4(base) ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(bits), family);
  }
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return list.check(plain, isIPv4(plain) ? "ipv4" : "ipv6");
}

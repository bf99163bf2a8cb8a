// A TCP connection through a SOCKS 5 proxy (RFC 1928, RFC 1929).

import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { SocksClient } from "socks";
import { InterimapError } from "../../model/errors.ts";
import type { InetSettings, ProxySettings } from "../../model/server-settings.ts";
import { resolveHost } from "./addresses.ts";
import { connectError } from "./connect-error.ts";
import { cannotConnect, reachProxy } from "./reach-proxy.ts";
import type { Endpoint, TcpOptions } from "./tcp.ts";

/** Connects to the server through the proxy. Throws CONNECT, naming both but no credentials. */
export async function connectThroughSocksProxy(
  settings: InetSettings,
  proxy: ProxySettings,
  options: TcpOptions,
): Promise<Socket> {
  const what = cannotConnect(settings);
  const hosts = proxy.protocol === "socks5h" ? [settings.host] : await addressesOf(settings.host, what, options);
  let refused: unknown;
  for (const host of hosts) {
    try {
      return await connectVia(proxy, { host, port: settings.port }, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!isAboutTheAddress(error)) throw proxyError(what, error);
      refused = error;
    }
  }
  throw proxyError(what, refused);
}

/** Our own look-up. */
async function addressesOf(host: string, what: string, options: TcpOptions): Promise<readonly string[]> {
  try {
    return await resolveHost(host, options);
  } catch (error) {
    throw connectError(what, error, options.signal);
  }
}

async function connectVia(proxy: ProxySettings, destination: Endpoint, options: TcpOptions): Promise<Socket> {
  const socket = await reachProxy(proxy, options);
  const giveUp = (): void => void socket.destroy();
  options.signal.addEventListener("abort", giveUp, { once: true });
  try {
    await SocksClient.createConnection({
      command: "connect",
      proxy: {
        host: proxy.host,
        port: proxy.port,
        type: 5,
        ...(proxy.username === undefined ? {} : { userId: proxy.username }),
        ...(proxy.password === undefined ? {} : { password: proxy.password }),
      },
      destination,
      existing_socket: socket,
    });
    await takeBack(socket);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    options.signal.removeEventListener("abort", giveUp);
  }
}

/**
 * The package emits bytes that came together with the proxy's answer (the server's greeting) as a `data` event and then
 * resumes the socket, both in the next turn of the event loop. Nobody reads yet: put them back, and make the socket look
 * untouched again. While a `readable` listener is there, `resume` lets nothing flow.
 */
async function takeBack(socket: Socket): Promise<void> {
  const putBack = (bytes: Buffer): void => socket.unshift(bytes);
  const hold = (): void => {};
  socket.on("readable", hold).on("data", putBack);
  await setImmediate();
  socket.off("data", putBack).off("readable", hold);
}

const refusal = "Socks5 proxy rejected connection";

const refusals: Readonly<Record<string, string>> = {
  Failure: "the proxy failed",
  NotAllowed: "the proxy does not allow it",
  NetworkUnreachable: "network unreachable",
  HostUnreachable: "host unreachable",
  ConnectionRefused: "connection refused",
  TTLExpired: "timed out",
  CommandNotSupported: "the proxy cannot connect to other hosts",
  AddressNotSupported: "the proxy does not know this kind of address",
};

const failures: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  "Socks5 Authentication failed": [
    "the proxy refused the user name or password",
    "check USER:PASSWORD in the proxy setting",
  ],
  "Received invalid Socks5 initial handshake (no accepted authentication type)": [
    "the proxy wants another kind of authentication",
    "set proxy=socks5://USER:PASSWORD@HOST:PORT if it knows user names",
  ],
  "Received invalid Socks5 initial handshake (invalid socks version)": [
    "it does not speak SOCKS version 5",
    "check the host and port of the proxy setting",
  ],
  "Socket closed": ["the proxy closed the connection", "check the host and port of the proxy setting"],
  "Proxy connection timed out": ["the proxy does not answer", "check the host and port of the proxy setting"],
};

function isAboutTheAddress(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(refusal);
}

/** Without the package's error as the cause: that one carries the password in its `options`. */
function proxyError(what: string, error: unknown): InterimapError {
  if (error instanceof InterimapError) return error;
  const message = error instanceof Error ? error.message : "it failed";
  if (message.startsWith(refusal)) {
    const reason = refusals[message.slice(message.lastIndexOf(" ") + 1)] ?? "the proxy refused";
    return new InterimapError("CONNECT", `${what}: ${reason}`, { hint: "check the host and port of the server" });
  }
  const [reason, hint] = failures[message] ?? [message, "check the proxy setting"];
  return new InterimapError("CONNECT", `${what}: ${reason}`, { hint });
}

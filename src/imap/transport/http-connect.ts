// A TCP connection through a web proxy (RFC 9110 section 9.3.6, CONNECT).

import { type IncomingMessage, request, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { InterimapError } from "../../model/errors.ts";
import type { InetSettings, ProxySettings } from "../../model/server-settings.ts";
import { connectError } from "./connect-error.ts";
import { cannotConnect, reachProxy } from "./reach-proxy.ts";
import { endpointName, type TcpOptions } from "./tcp.ts";
import { upgradeToTls } from "./tls.ts";

export interface ProxiedConnection {
  readonly socket: Socket;
  /** What carries the server's octets: the socket, or TLS up to the proxy. */
  readonly stream: Duplex;
}

const maxHeaderOctets = 16 * 1024;

/** Connects to the server through the proxy. Throws CONNECT or TLS, naming both but no credentials. */
export async function connectThroughWebProxy(
  settings: InetSettings,
  proxy: ProxySettings,
  options: TcpOptions,
): Promise<ProxiedConnection> {
  const socket = await reachProxy(proxy, options);
  const stream = proxy.tls === undefined ? socket : await secure(socket, { ...proxy, tls: proxy.tls }, options);
  const giveUp = (): void => void stream.destroy();
  options.signal.addEventListener("abort", giveUp, { once: true });
  try {
    const { answer, early } = await ask(stream, endpointName(settings), proxy);
    const refusal = refusalOf(answer, proxy);
    if (refusal !== undefined) throw refused(settings, refusal);
    // What the server said at once came along with the proxy's answer.
    if (early.length > 0) stream.unshift(early);
    return { socket, stream };
  } catch (error) {
    stream.destroy();
    options.signal.throwIfAborted();
    if (error instanceof InterimapError) throw error;
    throw misunderstood(settings, error);
  } finally {
    options.signal.removeEventListener("abort", giveUp);
  }
}

/** The proxy proves who it is before it gets our credentials. */
async function secure(
  socket: Socket,
  { host, port, tls }: ProxySettings & { readonly tls: NonNullable<ProxySettings["tls"]> },
  { signal, timeoutMs }: TcpOptions,
): Promise<Duplex> {
  const itself: InetSettings = {
    ...{ type: "imaps", host, port, tls },
    ...{ isIpLiteral: false, proxy: undefined, startTls: false },
  };
  try {
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    return (await upgradeToTls({ stream: socket, secure: false }, itself, { signal, ...limit })).stream;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof InterimapError) || error.code !== "TLS") throw error;
    throw new InterimapError("TLS", `the HTTP proxy ${error.message}`, {
      hint: "check the proxy setting; SSL_CERT_FILE or NODE_EXTRA_CA_CERTS can name the authority of its certificate",
    });
  }
}

interface Answered {
  readonly answer: IncomingMessage;
  readonly early: Buffer;
}

function ask(stream: Duplex, target: string, proxy: ProxySettings): Promise<Answered> {
  const { username, password = "" } = proxy;
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  return new Promise((resolve, reject) => {
    const asking = request({
      ...{ method: "CONNECT", path: target, maxHeaderSize: maxHeaderOctets },
      headers: { host: target, ...(username === undefined ? {} : { "proxy-authorization": basic }) },
      createConnection: () => stream,
    });
    // Node's "close" would be about the connection that is to stay.
    asking.removeHeader("connection");
    asking
      .once("connect", (answer, _stream, early) => resolve({ answer, early }))
      // Stays, since a second error may follow the first.
      .on("error", reject)
      .end();
  });
}

type Refusal = readonly [reason: string, hint: string];

const checkServer = "check the host and port of the server";
const checkProxy = "check the host and port of the proxy setting";

/** Undefined when the way is open. No word of the proxy's is quoted: it was told our credentials. */
function refusalOf({ statusCode = 0, headers }: IncomingMessage, proxy: ProxySettings): Refusal | undefined {
  if (statusCode >= 200 && statusCode < 300) return undefined;
  const status = `${statusCode} ${STATUS_CODES[statusCode] ?? ""}`.trimEnd();
  switch (statusCode) {
    // tinyproxy answers 401 to a wrong password.
    case 401:
    case 407:
      if (!/(?:^|,)\s*basic\b/i.test(`${headers["proxy-authenticate"] ?? ""},${headers["www-authenticate"] ?? ""}`)) {
        return [
          `the proxy wants another authentication than Basic (${status})`,
          "use a proxy that knows Basic, or none",
        ];
      }
      return proxy.username === undefined
        ? [
            `the proxy wants a user name and password (${status})`,
            `set proxy=${proxy.protocol}://USER:PASSWORD@HOST:PORT`,
          ]
        : [`the proxy refused the user name or password (${status})`, "check USER:PASSWORD in the proxy setting"];
    case 400:
    case 404:
    case 405:
    case 501:
      return [`it does not connect to other hosts (${status})`, checkProxy];
    case 403:
      return [`the proxy does not allow it (${status})`, "many proxies allow port 443 only"];
    case 500:
    case 502:
    case 503:
      return [`the proxy cannot reach the server (${status})`, checkServer];
    case 504:
      return [`the server does not answer the proxy (${status})`, checkServer];
    default:
      return [`the proxy answered ${status}`, checkProxy];
  }
}

function refused(settings: InetSettings, [reason, hint]: Refusal): InterimapError {
  return new InterimapError("CONNECT", `${cannotConnect(settings)}: ${reason}`, { hint });
}

function misunderstood(settings: InetSettings, error: unknown): InterimapError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "HPE_HEADER_OVERFLOW") return refused(settings, ["the answer of the proxy is too long", checkProxy]);
  if (code.startsWith("HPE_")) return refused(settings, ["it does not speak HTTP", checkProxy]);
  if (code === "ECONNRESET") return refused(settings, ["the proxy closed the connection", checkProxy]);
  return connectError(cannotConnect(settings), error);
}

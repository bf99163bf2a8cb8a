// Debian's proxies, each for one test: microsocks (SOCKS 5), tinyproxy (HTTP CONNECT), and a TLS front for the latter.
// scripts/install-packages.ts brings them.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { eventually } from "./eventually.ts";
import { scratchDirectory, whenProcessEnds } from "./scratch.ts";

export interface ProxyOptions {
  /** Where it listens: 127.0.0.1 or ::1. */
  readonly address: string;
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** SOCKS 5, which resolves names. Resolves with its port. */
export function startMicrosocks(t: TestContext, { address, credentials }: ProxyOptions): Promise<number> {
  const login = credentials === undefined ? [] : ["-u", credentials.username, "-P", credentials.password];
  return startProgram(t, address, (port) => ["microsocks", "-i", address, "-p", String(port), ...login]);
}

/** HTTP. Resolves with its port. */
export function startTinyproxy(t: TestContext, { address, credentials }: ProxyOptions): Promise<number> {
  const directory = scratchDirectory("tinyproxy");
  return startProgram(t, address, (port) => {
    const file = join(directory, `${port}.conf`);
    const login = credentials === undefined ? "" : `BasicAuth ${credentials.username} ${credentials.password}\n`;
    const logFile = join(directory, "log");
    writeFileSync(file, `Port ${port}\nListen ${address}\nTimeout 600\nMaxClients 20\nLogFile "${logFile}"\n${login}`);
    return ["tinyproxy", "-d", "-c", file];
  });
}

export interface TlsFront {
  readonly port: number;
  /** Its own certificate, for localhost, 127.0.0.1 and ::1. */
  readonly certificateFile: string;
}

/** Takes TLS and passes on what is in it to a port of the same address. */
export async function startTlsFront(t: TestContext, address: string, to: number): Promise<TlsFront> {
  const directory = scratchDirectory("front");
  const [certificateFile, keyFile] = [join(directory, "certificate.pem"), join(directory, "key.pem")];
  const names = ["-subj", "/CN=proxy", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  execFileSync("openssl", ["req", "-x509", ...key, ...names, "-days", "2", "-out", certificateFile], { stdio: "pipe" });
  const server = createTlsServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, (client) => {
    const inner = connect(to, address);
    for (const [one, other] of [
      [client, inner],
      [inner, client],
    ] as const) {
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
      one.pipe(other);
    }
  });
  server.on("tlsClientError", () => {});
  server.listen(0, address);
  await once(server, "listening");
  t.after(() => server.close());
  return { port: (server.address() as { port: number }).port, certificateFile };
}

async function startProgram(
  t: TestContext,
  address: string,
  words: (port: number) => readonly [string, ...string[]],
): Promise<number> {
  const port = await freePort(address);
  const [file, ...args] = words(port);
  const child = spawn(file, args, { stdio: "ignore" });
  await once(child, "spawn").catch(() => {
    throw new Error(`${file} is missing: run scripts/install-packages.ts`);
  });
  const kill = (): void => void child.kill("SIGKILL");
  const forget = whenProcessEnds(kill);
  t.after(() => {
    forget();
    kill();
  });
  await eventually(`${file} listens`, () => {
    if (child.exitCode !== null) throw new Error(`${file} ended with status ${child.exitCode}`);
    return accepts(address, port);
  });
  return port;
}

async function freePort(address: string): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function accepts(address: string, port: number): Promise<boolean> {
  const socket = connect(port, address);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

// The port of 127.0.0.1 to which the browser comes back (RFC 8252 7.3), and what it shows then.

import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InterimapError } from "../../model/errors.ts";
import { duration } from "../../util/duration.ts";
import { type Awaiting, Ending } from "./ending.ts";
import { pageFor, sendPage } from "./pages.ts";

const waitMs = 15 * 60_000;
/** For the browser to fetch the last page. */
const farewellMs = 5_000;

/** Resolves when an answer was judged `done`. @throws what `judge` throws; InterimapError AUTH_FAILED; the signal's reason */
export async function awaitReturn(awaiting: Awaiting): Promise<void> {
  const { host, urlFor, dialogue } = awaiting;
  const { signal } = dialogue;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const redirectUri = `http://${host}:${String(port)}`;
  const url = urlFor(redirectUri);
  const ending = new Ending(awaiting, redirectUri);
  const start = `/start/${randomBytes(16).toString("hex")}`;
  let isStarted = false;
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const target = targetOf(request, port);
    if (target === undefined) sendPage(response, 400, pageFor("stray"));
    else if (target.pathname === "/end") ending.sayFarewell(response);
    else if (target.pathname === start && !isStarted) {
      isStarted = true;
      response.writeHead(303, { location: url, "cache-control": "no-store", "referrer-policy": "no-referrer" }).end();
    } else if (target.pathname === start) {
      // Whoever went there first knows what the answer has to look like.
      ending.fail(
        new InterimapError("AUTH_FAILED", "login failed: the link for the browser was used twice", {
          hint: "begin again",
        }),
      );
      sendPage(response, 410, pageFor("stray"));
    } else if (target.pathname === "/" && target.search !== "") void ending.take(target.searchParams, response);
    else sendPage(response, 404, pageFor("stray"));
  });
  const timer = setTimeout(() => {
    ending.fail(
      new InterimapError("AUTH_FAILED", `login failed: nobody logged in within ${duration(waitMs)}`, {
        hint: "begin again",
      }),
    );
  }, waitMs);
  const abort = (): void => {
    ending.fail(signal.reason as Error);
  };
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    sayWhereToGo(awaiting, url);
    // A process list shows what a browser is started with: this link says nothing, and is good once.
    dialogue.openBrowser?.(`http://127.0.0.1:${String(port)}${start}`);
    void ending.takeLines(dialogue.lines);
    const { error } = await ending.reached;
    if (error !== undefined) throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    await ending.farewell(farewellMs);
    close(server);
  }
}

function sayWhereToGo({ issuer, dialogue }: Awaiting, url: string): void {
  const isOpened = dialogue.openBrowser !== undefined;
  dialogue.say(
    isOpened
      ? `A browser opens to log in at ${issuer}. If it does not, go to:`
      : `To log in at ${issuer}, open this address in a browser:`,
    "",
    `  ${url}`,
    "",
    "If the browser is on another machine, it will find nothing in the end: then paste the address that it shows here.",
  );
}

/** Undefined for a request that was made for another host: a page in a browser may have any name lead here. */
function targetOf({ method, url, headers }: IncomingMessage, port: number): URL | undefined {
  const hosts = [`127.0.0.1:${String(port)}`, `localhost:${String(port)}`];
  if (method !== "GET" || url?.startsWith("/") !== true || !hosts.includes(headers.host ?? "")) return undefined;
  return URL.canParse(url, "http://127.0.0.1") ? new URL(url, "http://127.0.0.1") : undefined;
}

function close(server: Server): void {
  server.close();
  server.closeAllConnections();
}

// Loaded into a server before it starts (--require): what waits for a second or longer, waits for a hundredth of it. So a test
// sees what a server does with those who keep it waiting, without waiting itself.

"use strict";
const http = require("node:http");

const factor = 100;

/** @param {number | undefined} ms */
function hurried(ms) {
  return ms !== undefined && ms >= 1000 ? ms / factor : ms;
}

const { setTimeout: realTimeout } = globalThis;
/** @type {any} */ (globalThis).setTimeout = (
  /** @type {(...args: unknown[]) => void} */ work,
  /** @type {number | undefined} */ ms,
  /** @type {unknown[]} */ ...args
) => realTimeout(work, hurried(ms), ...args);

const { createServer } = http;
/** @type {any} */ (http).createServer = (
  /** @type {http.ServerOptions | undefined} */ options = {},
  /** @type {http.RequestListener | undefined} */ listener,
) => {
  const { headersTimeout = 60_000, requestTimeout = 300_000, keepAliveTimeout = 5_000 } = options;
  const server = createServer(
    {
      ...options,
      headersTimeout: headersTimeout / factor,
      requestTimeout: requestTimeout / factor,
      keepAliveTimeout: keepAliveTimeout / factor,
      connectionsCheckingInterval: 50,
    },
    listener,
  );
  const setTimeout = server.setTimeout.bind(server);
  server.setTimeout = /** @type {any} */ (
    (/** @type {number | undefined} */ ms, /** @type {() => void} */ callback) => setTimeout(...[hurried(ms), callback])
  );
  // Set after it was made.
  for (const name of /** @type {const} */ (["headersTimeout", "requestTimeout", "keepAliveTimeout"])) {
    let value = server[name];
    Object.defineProperty(server, name, {
      get: () => value,
      set: (/** @type {number} */ ms) => (value = ms / factor),
    });
  }
  return server;
};

// Loaded into the program under test (node --import), so that a test can stop it between a commit and whatever comes
// next. After each commit one octet goes out on descriptor 3, and the process stands still until one comes back.

import { readSync, writeSync } from "node:fs";
import Database from "better-sqlite3";

const channel = 3;
const octet = Buffer.from("c");

function announce() {
  writeSync(channel, octet);
  readSync(channel, Buffer.alloc(1));
}

/** @typedef {import("better-sqlite3").Database} Connection */
/** @typedef {import("better-sqlite3").Statement} Statement */

const scratch = new Database(":memory:");
/** @type {unknown} */
const prototype = Object.getPrototypeOf(scratch.prepare("SELECT 1"));
const statements = /** @type {Statement} */ (prototype);
scratch.close();

after(statements, "run", (/** @type {Statement} */ { database, readonly }) => !readonly && !database.inTransaction);
after(Database.prototype, "exec", (/** @type {Connection} */ { inTransaction }) => !inTransaction);
// It folds the write-ahead log into the file.
after(Database.prototype, "close", () => true);

/**
 * Announces each call of a method after which there may have been a commit.
 * @template T
 * @param {T} prototype
 * @param {keyof T} name
 * @param {(self: T) => boolean} mayHaveCommitted
 */
function after(prototype, name, mayHaveCommitted) {
  const method = /** @type {(...values: unknown[]) => unknown} */ (prototype[name]);
  const replacement = function (/** @type {T} */ self, /** @type {unknown[]} */ values) {
    const result = method.apply(self, values);
    if (mayHaveCommitted(self)) announce();
    return result;
  };
  Object.defineProperty(prototype, name, {
    /** @this {T} */
    value: function (/** @type {unknown[]} */ ...values) {
      return replacement(this, values);
    },
  });
}

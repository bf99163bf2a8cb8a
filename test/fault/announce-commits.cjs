// Loaded into the program under test (node --require; --import would cost 0.1 s of each run), so that a test can stop it between a commit and whatever comes
// next. After each commit one octet goes out on descriptor 3, and the process stands still until one comes back. It is "d" for
// a commit that has waited for the disk, and "c" for one that the loss of power may take away.

"use strict";
const { readSync, writeSync } = require("node:fs");
const Database = require("better-sqlite3");

const channel = 3;
const waitsForDisk = 2;

/** @param {boolean} isDurable */
function announce(isDurable) {
  writeSync(channel, isDurable ? "d" : "c");
  readSync(channel, Buffer.alloc(1));
}

/** @typedef {import("better-sqlite3").Database} Connection */
/** @typedef {import("better-sqlite3").Statement} Statement */

const scratch = new Database(":memory:");
/** @type {unknown} */
const prototype = Object.getPrototypeOf(scratch.prepare("SELECT 1"));
const statements = /** @type {Statement} */ (prototype);
scratch.close();

/** @type {(database: Connection) => boolean} */
const isDurable = (database) => database.pragma("synchronous", { simple: true }) === waitsForDisk;

after(statements, "run", {
  // To SQLite a COMMIT by itself writes nothing.
  mayHaveCommitted: ({ database, readonly, source }) => !database.inTransaction && (!readonly || source === "COMMIT"),
  isDurable: ({ database }) => isDurable(database),
});
after(Database.prototype, "exec", { mayHaveCommitted: ({ inTransaction }) => !inTransaction, isDurable });
// It folds the write-ahead log into the file, and waits for both.
after(Database.prototype, "close", { mayHaveCommitted: () => true, isDurable: () => true });

/**
 * Announces each call of a method after which there may have been a commit.
 * @template T
 * @param {T} prototype
 * @param {keyof T} name
 * @param {{ mayHaveCommitted: (self: T) => boolean, isDurable: (self: T) => boolean }} questions
 */
function after(prototype, name, { mayHaveCommitted, isDurable }) {
  const method = /** @type {(...values: unknown[]) => unknown} */ (prototype[name]);
  const replacement = function (/** @type {T} */ self, /** @type {unknown[]} */ values) {
    const result = method.apply(self, values);
    if (mayHaveCommitted(self)) announce(isDurable(self));
    return result;
  };
  Object.defineProperty(prototype, name, {
    /** @this {T} */
    value: function (/** @type {unknown[]} */ ...values) {
      return replacement(this, values);
    },
  });
}

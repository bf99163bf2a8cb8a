// Loaded into the program before it starts (--require): while the file named by HELD_TIMERS holds a number, timers of more
// milliseconds than that begin anew instead of running out. What waits for time alone then waits for ever.

"use strict";
const { readFileSync } = require("node:fs");
const promises = require("node:timers/promises");

/** @param {number | undefined} ms */
function isHeld(ms = 0) {
  try {
    return ms > Number(readFileSync(String(process.env["HELD_TIMERS"]), "latin1"));
  } catch {
    return false;
  }
}

const real = { set: globalThis.setTimeout, pause: promises.setTimeout };

/** @type {any} */ (globalThis).setTimeout = (
  /** @type {(...args: unknown[]) => void} */ work,
  /** @type {number | undefined} */ ms,
  /** @type {unknown[]} */ ...args
) => {
  const timer = real.set(() => {
    if (isHeld(ms)) timer.refresh();
    else work(...args);
  }, ms);
  return timer;
};

/** @type {any} */ (promises).setTimeout = async (
  /** @type {number | undefined} */ ms,
  /** @type {unknown} */ value,
  /** @type {object | undefined} */ options,
) => {
  do await real.pause(ms, undefined, options);
  while (isHeld(ms));
  return value;
};

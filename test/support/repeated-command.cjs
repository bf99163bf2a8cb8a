// Runs the command again and again in one process: Node's own start takes longer than most runs. To the command it is a process of
// its own, because its file is loaded anew each time, and what it leaves in the process is taken away. It has ended when a process
// of its own would end: when nothing is left to wait for. Orders come as lines of JSON, and both outputs say where a run ended.

"use strict";

const { writeSync } = require("node:fs");
const { Socket } = require("node:net");
const { createInterface } = require("node:readline");
const vm = require("node:vm");

/**
 * @typedef {{ files: string[], args: string[], directory: string, environment: Record<string, string> }} Order
 * @typedef {(...args: unknown[]) => void} Listener
 */

const { env } = process;
const { Date } = globalThis;
const { now } = Date;
/** Where it may listen. */
const emitters = /** @type {NodeJS.EventEmitter[]} */ ([process, process.stdout, process.stderr]);

const orders = new Socket({ fd: 3, readable: true, writable: false });
createInterface({ input: orders })
  .on("line", (line) => {
    /** @type {unknown} */
    const order = JSON.parse(line);
    run(/** @type {Order} */ (order));
  })
  // The test has ended.
  .on("close", () => process.exit());

/** @param {Order} order */
function run({ files, args, directory, environment }) {
  const before = emitters.map(listenersOf);
  for (const name of Object.keys(env)) if (!(name in environment)) delete env[name];
  process.env = Object.assign(env, environment);
  process.argv = [process.execPath, files.at(-1) ?? "", ...args];
  process.chdir(directory);
  orders.unref();
  for (const file of files) {
    delete require.cache[file];
    require(file);
  }
  // Behind its own listener, which may decide how it ends.
  process.once("beforeExit", () => {
    emitters[0]?.emit("exit", process.exitCode ?? 0);
    const status = process.exitCode ?? 0;
    process.exitCode = undefined;
    for (const [index, emitter] of emitters.entries())
      for (const [name, all] of listenersOf(emitter))
        for (const one of all) if (before[index]?.get(name)?.includes(one) !== true) emitter.removeListener(name, one);
    forgetDriver();
    globalThis.Date = Date;
    Date.now = now;
    for (const fd of [1, 2]) write(fd, `\0ended ${status}\0`);
    orders.ref();
  });
}

/**
 * @param {NodeJS.EventEmitter} emitter
 * @returns {Map<string | symbol, Listener[]>}
 */
function listenersOf(emitter) {
  return new Map(emitter.eventNames().map((name) => [name, /** @type {Listener[]} */ (emitter.rawListeners(name))]));
}

/** The database's driver is loaded once. It is to throw the errors of those who load it next. */
function forgetDriver() {
  for (const one of Object.values(require.cache)) {
    /** @type {unknown} */
    const driver = one?.filename.endsWith(".node") === true ? one.exports : {};
    Object.assign(/** @type {object} */ (driver), { isInitialized: false });
  }
}

/**
 * The reader may have no room yet.
 * @param {number} fd
 * @param {string} text
 */
function write(fd, text) {
  for (;;) {
    try {
      return writeSync(fd, text);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

// What is compiled stays so.
const { Script } = vm;
/** @type {Map<string | undefined, { text: string, script: vm.Script }>} */
const compiled = new Map();
vm.Script = /** @type {typeof Script} */ (
  /** @type {unknown} */ (
    function (/** @type {string} */ text, /** @type {vm.ScriptOptions} */ options) {
      const known = compiled.get(options.filename);
      if (known?.text === text) return known.script;
      const script = new Script(text, options);
      compiled.set(options.filename, { text, script });
      return script;
    }
  )
);

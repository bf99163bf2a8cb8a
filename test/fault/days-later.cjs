// Preloaded into the program: its clock is DAYS_LATER days ahead, so that all it put off until later is due. CommonJS, since
// --require costs nothing, and --import 0.1 s of each run.

const ahead = Number(process.env.DAYS_LATER) * 24 * 60 * 60_000;
const now = Date.now.bind(Date);

/** @type {(real: DateConstructor, args: unknown[], target: () => unknown) => object} */
const construct = Reflect.construct;

Date.now = () => now() + ahead;
globalThis.Date = new Proxy(Date, {
  construct: (real, args, target) =>
    construct(real, args.length === 0 ? [Date.now()] : args, /** @type {() => unknown} */ (target)),
});

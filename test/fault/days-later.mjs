// Preloaded into the program: its clock is DAYS_LATER days ahead, so that all it put off until later is due.

const ahead = Number(process.env.DAYS_LATER) * 24 * 60 * 60_000;
const now = Date.now.bind(Date);

Date.now = () => now() + ahead;
globalThis.Date = new Proxy(Date, {
  construct: (real, args, target) => Reflect.construct(real, args.length === 0 ? [Date.now()] : args, target),
});

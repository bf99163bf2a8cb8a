// SIGINT and SIGTERM as a signal to stop, for whoever starts a program.

/** Aborted by the first of them, with its name. The second one finds the default handler again and ends the process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const names = ["SIGINT", "SIGTERM"] as const;
  const interrupt = (signal: NodeJS.Signals): void => {
    for (const name of names) process.off(name, interrupt);
    controller.abort(signal);
  };
  for (const name of names) process.on(name, interrupt);
  return controller.signal;
}

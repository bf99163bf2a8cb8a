// What a process of the copier is given, and how it ends.

/** From then on the signal is ours; the function that is returned leaves it to Node.js again. */
type OnSignal = (name: NodeJS.Signals, handler: () => void) => () => void;

export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly onSignal: OnSignal;
  /** Called at once. What it is given says of an error that nobody caught what it is, and returns the exit code. */
  readonly onCrash: (explain: (thrown: unknown) => number) => void;
}

/** An exit code, or the signal of which the process is to die. */
export type Ending = number | NodeJS.Signals;

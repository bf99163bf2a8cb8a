// A run as others see it: `child.ts PIDFILE LOGFILE WORD...`. Says what became of the pid file, and then what it hears.

import { watchAbortFile } from "../../../../src/copier/process/abort-file.ts";
import { abortFileOf, takePidFile } from "../../../../src/copier/process/pid-file.ts";
import { RunSignals } from "../../../../src/copier/process/signals.ts";

const [path = "", logPath = "", ...words] = process.argv.slice(2);
const has = (word: string): boolean => words.includes(word);
const say = (line: string): void => {
  console.log(line);
};

const signals = new RunSignals(
  { sigexit: [], sigreconnect: [], sigignore: has("ignores-quit") ? ["QUIT"] : [] },
  {
    say,
    onSignal: (name, handler) => {
      process.on(name, handler);
      return () => process.off(name, handler);
    },
  },
);
if (has("reconnects")) signals.onReconnect(() => say("reconnecting"));
if (has("throttles")) {
  let isOn = true;
  signals.onThrottle(() => (isOn = !isOn));
}

const taken = await takePidFile({ path, logPath: logPath === "" ? undefined : logPath, isLock: has("lock") });
if ("file" in taken) {
  watchAbortFile(abortFileOf(path, process.pid), () => signals.stopFor("abort file"));
  say("taken");
  const work = setInterval(() => undefined, 1_000_000);
  const stopped = new Promise((resolve) => signals.stop.addEventListener("abort", resolve));
  // The parent ends this process, at the latest by ending itself.
  process.stdin.resume().on("end", () => process.exit(99));
  await stopped;
  clearInterval(work);
  process.stdin.destroy();
  if (!has("leaves-pid-file")) await taken.file.release();
  const ending = signals.finish("EX_OK");
  if (typeof ending === "number") process.exit(ending);
  process.kill(process.pid, ending);
} else {
  say("other" in taken ? `other ${taken.other.mark.pid} ${taken.other.logPath ?? "-"}` : taken.problem.message);
  process.exit(8);
}

// Opens an address in the user's browser.

import { spawn } from "node:child_process";

/**
 * Undefined where there can be no browser: nothing to show it on. `BROWSER` names one, as for other programs.
 * `url` is shown in the list of processes, and must be no secret.
 */
export function browserOf(env: NodeJS.ProcessEnv): ((url: string) => void) | undefined {
  const program = programOf(env);
  if (program === undefined) return undefined;
  return (url) => {
    const child = spawn(program, [url], { stdio: "ignore", detached: true });
    // The address is on the terminal as well.
    child.once("error", () => undefined);
    child.unref();
  };
}

function programOf(env: NodeJS.ProcessEnv): string | undefined {
  const named = env["BROWSER"]?.split(":")[0];
  if (named !== undefined && named !== "") return named;
  if (process.platform === "darwin") return "open";
  const isThereADisplay = [env["DISPLAY"], env["WAYLAND_DISPLAY"]].some((place) => place !== undefined && place !== "");
  return isThereADisplay ? "xdg-open" : undefined;
}

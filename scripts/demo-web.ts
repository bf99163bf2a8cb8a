// npm run demo:web: the web page with two throw-away mail servers to try it on, until Ctrl-C. Leaves nothing behind.

import { installOrExit } from "./install-packages.ts";
import { hostAndPort, startWebDemo } from "./lib/demo-web.ts";

installOrExit(["dovecot-imapd"]);
console.log("Starting two mail servers, and filling one with 1500 messages…");
// All of it ends with this process, however that ends; imapsync-web keeps it alive.
const { web, source, destination } = await startWebDemo();
const rows = [
  ["", "source", "destination"],
  ["login", source.user, destination.user],
  ["password", source.password, destination.password],
  ["server", hostAndPort(source), hostAndPort(destination)],
];
console.log(`
The page:  ${web.address}/

Type in:
${rows
  .map(
    (cells) =>
      `  ${cells
        .map((cell) => cell.padEnd(22))
        .join("")
        .trimEnd()}`,
  )
  .join("\n")}

Close the tab while it runs, come back with the same values, abort it, start it again.
Ctrl-C ends all of it.`);

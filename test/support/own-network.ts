// A test file runs once more in a network of its own: only a loopback interface, with addresses and a resolver of the test's choice.
// Nothing of it reaches any other network, so addresses of the public Internet can be those of servers of the test.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { scratchDirectory } from "./scratch.ts";

const mark = "IN_OWN_NETWORK";

/** The resolver that the system's functions ask there, at port 53. */
export const resolverAddress = "127.0.0.53";

/** Others than root get a user namespace, if the system has them. */
const namespaces = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];

const script = `
ip link set lo up
for address in $3; do ip address add "$address" dev lo; done
mount --bind "$1" /etc/resolv.conf && mount --bind "$2" /etc/nsswitch.conf || exit 77
shift 3
exec "$@"`;

export interface OwnNetwork {
  /** `import.meta.url` of the test file. */
  readonly file: string;
  /** Of the interface, besides those of every loopback. */
  readonly addresses: readonly string[];
}

/**
 * True in the network of its own. Elsewhere false: there is a test then that runs the file there, and fails if it does. It is skipped
 * where nobody lets us make a network and we are not root.
 */
export function isInOwnNetwork({ file, addresses }: OwnNetwork): boolean {
  if (process.env[mark] !== undefined) return true;
  test("in a network of its own", (t) => {
    const directory = scratchDirectory("network");
    const [resolver, switches] = [join(directory, "resolv.conf"), join(directory, "nsswitch.conf")];
    writeFileSync(resolver, `nameserver ${resolverAddress}\n`);
    writeFileSync(switches, "hosts: files dns\npasswd: files\ngroup: files\n");
    const again = [process.execPath, "--import", import.meta.resolve("tsx"), fileURLToPath(file)];
    const words = ["sh", "-ec", script, "sh", resolver, switches, addresses.join(" "), ...again];
    // With it, Node would write for its own runner.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync("unshare", [...namespaces, "--mount", "--net", "--", ...words], {
      encoding: "utf8",
      env: { ...env, [mark]: "yes" },
    });
    if (!stdout.includes("TAP version") && process.getuid?.() !== 0) return t.skip(`no network can be made: ${stderr}`);
    assert.equal(status, 0, `${stdout}${stderr}`);
  });
  return false;
}

// Has V8 compile what a usual run of the program uses: it lets such a run take place, between two small servers in memory.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { type PerSide, perSide, sides } from "../../src/model/side.ts";
import { MemoryConnection } from "../../test/support/memory/connection.ts";
import { letter, MemoryStore } from "../../test/support/memory/store.ts";
import { forNode } from "./esbuild-options.ts";

const run = promisify(execFile);

const mailboxes = ["INBOX", "Sent", "Archive"];

/** `main`: the program interimap, built. `file`: what the launcher is to read. */
export async function compileAhead({ main, file }: { readonly main: string; readonly file: string }): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "interimap-build-"));
  const stores = perSide(() => new MemoryStore("Sent", "Archive"));
  const servers = perSide((side) => serve(stores[side]));
  try {
    const recorder = join(directory, "record.cjs");
    await build({ ...forNode, format: "cjs", entryPoints: ["scripts/lib/record-compiled.ts"], outfile: recorder });
    await Promise.all(sides.map((side) => once(servers[side].listen(0, "127.0.0.1"), "listening")));
    configure(directory, servers);
    const env = homeIn(directory);
    const perform = (output: string): Promise<unknown> =>
      run(process.execPath, [recorder, main, output, "--quiet"], { env });
    populate(stores);
    await perform(join(directory, "first"));
    change(stores);
    await perform(`${file}.new`);
    renameSync(`${file}.new`, file);
  } finally {
    for (const side of sides) servers[side].close();
    rmSync(directory, { recursive: true });
  }
}

function serve(store: MemoryStore): Server {
  return createServer((socket) => {
    new MemoryConnection(socket, { store });
  });
}

function populate(stores: PerSide<MemoryStore>): void {
  for (const side of sides)
    for (const name of mailboxes)
      for (let i = 0; i < 20; i++) stores[side].named(name)!.add(letter(`${side}-${name}-${String(i)}`));
}

/** A little of everything: new messages, flags, deletions. */
function change(stores: PerSide<MemoryStore>): void {
  for (const side of sides)
    for (const name of mailboxes) {
      const mailbox = stores[side].named(name)!;
      const [first, second] = [...mailbox.messages.values()].slice(side === "local" ? 0 : 2);
      mailbox.setFlags(first!, ["\\Seen"]);
      mailbox.remove(second!.uid);
      mailbox.add(letter(`${side}-${name}-new`));
    }
}

function configure(directory: string, servers: PerSide<Server>): void {
  const sections = sides.map((side) => {
    const { port } = servers[side].address() as AddressInfo;
    return `[${side}]\ntype = imap\nhost = 127.0.0.1\nport = ${String(port)}\nSTARTTLS = NO\nusername = ${side}\npassword = x\n`;
  });
  mkdirSync(join(directory, "config/interimap"), { recursive: true, mode: 0o700 });
  mkdirSync(join(directory, "data/interimap"), { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, "config/interimap/config"), `database = build.db\n\n${sections.join("\n")}`, {
    mode: 0o600,
  });
}

function homeIn(directory: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: directory,
    XDG_CONFIG_HOME: join(directory, "config"),
    XDG_DATA_HOME: join(directory, "data"),
    XDG_RUNTIME_DIR: directory,
  };
}

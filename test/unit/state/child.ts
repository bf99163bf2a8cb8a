// A second process for the tests of locks and crashes: `child.ts COMMAND DATABASE`. Prints a line when there is news.

import Database from "better-sqlite3";
import { openCopyStore } from "../../../src/state/open-copies.ts";
import { openStore } from "../../../src/state/open-store.ts";

/** Pairs in each transaction of the command `write`. */
export const batchSize = 50;

/** What is collected as garbage is closed, and its lock is gone. */
function keepOpen(database: { close(): unknown }): void {
  process.on("exit", () => {
    database.close();
  });
}

const commands: Readonly<Record<string, (path: string) => void>> = {
  /** Keeps the store open. */
  hold(path) {
    keepOpen(openStore({ path }));
    console.log("holding");
  },

  /** Locks the database as any SQLite program can. */
  lock(path) {
    const database = new Database(path);
    keepOpen(database);
    database.exec("BEGIN EXCLUSIVE");
    console.log("holding");
  },

  /** Commits batches of mapping rows without end; prints each batch's number after its commit. */
  write(path) {
    const store = openStore({ path });
    const idx = store.addMailbox("INBOX", true);
    store.transfers.mark([{ idx, floors: { local: 1, remote: 1 } }]);
    const writeBatch = (batch: number): void => {
      const uids = Array.from({ length: batchSize }, (_, i) => batch * batchSize + i + 1);
      store.mappings.add(
        idx,
        uids.map((uid) => ({ local: uid, remote: uid + 1000 })),
      );
      console.log(batch);
      setImmediate(writeBatch, batch + 1);
    };
    writeBatch(0);
  },

  /** Records copies without end, one after the other; prints the number of each when it is recorded. */
  "write-copies"(path) {
    const store = openCopyStore({ path, accounts: { account1: "a", account2: "b" }, remedy: "" });
    const folders = { folder1: "INBOX", uidValidity1: 1, folder2: "INBOX", uidValidity2: 2 };
    const write = (uid: number): void => {
      store.add(folders, [[uid, uid + 1000]]);
      console.log(uid);
      setImmediate(write, uid + 1);
    };
    write(1);
  },

  /** Changes rows as the original does, and is killed before the commit: the file is changed, a hot journal says back to what. */
  "die-writing"(path) {
    const database = new Database(path);
    database.pragma("cache_size = 1");
    database.exec(
      `BEGIN IMMEDIATE; UPDATE local SET UIDNEXT = UIDNEXT + 1; DELETE FROM mapping WHERE idx = 1;
       WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 10000)
       INSERT INTO mapping (idx, lUID, rUID) SELECT 1, n, n FROM many`,
    );
    process.kill(process.pid, "SIGKILL");
  },

  /** Upgrades, and is killed when all tables are as they shall be, before the commit. */
  "die-upgrading"(path) {
    const { exec } = Database.prototype as { exec: (this: Database.Database, script: string) => Database.Database };
    Database.prototype.exec = function (script) {
      const result = exec.call(this, script);
      if (script.includes("CREATE TABLE synchronised")) process.kill(process.pid, "SIGKILL");
      return result;
    };
    const store = openStore({ path });
    if (store.needsUpgrade) store.upgrade({ local: "/", remote: "/" });
  },
};

if (process.argv[1]?.endsWith("child.ts") === true) {
  const [command = "", path = ""] = process.argv.slice(2);
  commands[command]?.(path);
  // the parent ends this process, at the latest by ending itself
  process.stdin.resume();
  process.stdin.on("end", () => process.exit());
}

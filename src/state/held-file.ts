// A file that one process holds at a time, for as long as it runs. The lock is SQLite's, so it is one of the kernel's: it ends
// with its process, and a process in another container sees it as well.

import { settleDatabaseFile } from "./database-file.ts";
import { Connection } from "./sqlite.ts";

/** Makes the file if need be: a database without tables. Returns what lets go of it. Throws DATABASE_CREATE, DATABASE_LOCKED or DATABASE_READ. */
export function holdFile(path: string): () => void {
  const connection = new Connection(settleDatabaseFile(path));
  return () => connection.close();
}

// Which test files are begun first: one that takes long, begun last, keeps a single core busy when all others have ended.

/** The longest first. What is not among them follows by folder. */
const longest = [
  "integration/signals",
  "fault/step",
  "fault/cut",
  "fault/rungs",
  "fault/lie",
  "packaging/other-node",
  "integration/accounts",
  "integration/time-travel",
  "integration/any-server-rounds",
  "integration/mailutils-rounds",
  "integration/gmail",
  "integration/rounds",
  "integration/refused",
  "integration/wrong-once",
  "integration/repair",
  "integration/config-compatibility",
  "integration/saved-state",
  "integration/waits",
  "fault/takeover",
  "integration/delimiters",
  "integration/rename",
  "integration/rename-delete-edges",
  "integration/corrupt-database",
  "integration/untold-changes",
  "integration/exchanged-names",
  "integration/contested-flags",
  "integration/refused-changes",
];

const folders = ["fault", "integration", "web", "property", "protocol", "migrations", "unit"];

/**
 * @param {readonly string[]} files e.g. "test/unit/model/side.test.ts"
 * @returns {string[]}
 */
export function longestFirst(files) {
  return files
    .map((file) => ({ file, place: placeOf(file) }))
    .sort((a, b) => (a.place === b.place ? (a.file < b.file ? -1 : 1) : a.place - b.place))
    .map(({ file }) => file);
}

/** @param {string} file */
function placeOf(file) {
  const index = longest.findIndex((name) => file.endsWith(`test/${name}.test.ts`));
  if (index !== -1) return index;
  const folder = folders.findIndex((name) => file.includes(`test/${name}/`));
  return longest.length + (folder === -1 ? folders.length : folder);
}

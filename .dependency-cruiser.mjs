// Who may import whom: ARCHITECTURE.md's picture as rules. Imports run downwards only, type imports included.

const values = ["model", "util"];
const foundations = ["log", ...values];

const uses = {
  "src/bin/": ["cli", "copier", "job", "web", "fleet", "model"],
  // The page and its server know jobs, and nothing of IMAP. Of the state they have the lock only.
  "src/web/": ["job", "fleet", "discovery", "service", "config", "files", "state", ...foundations],
  // Many accounts over many machines: a queue of jobs, and nothing of IMAP.
  "src/fleet/": ["job", "credentials", "service", "files", ...foundations],
  // One run of either engine in a process of its own.
  "src/job/": [
    "report",
    "copier",
    "config",
    "credentials",
    "watch",
    "sync",
    "mail",
    "imap",
    "state",
    "files",
    ...foundations,
  ],
  // Which server has whose mail.
  "src/discovery/": values,
  "src/cli/": [
    "report",
    "commands",
    "config",
    "credentials",
    "discovery",
    "service",
    "watch",
    "sync",
    "mail",
    "imap",
    "state",
    ...foundations,
  ],
  // Lines of what an engine reports.
  "src/report/": ["sync", "mail", ...foundations],
  "src/commands/": [
    "discovery",
    "config",
    "credentials",
    "service",
    "watch",
    "sync",
    "mail",
    "imap",
    "state",
    ...foundations,
  ],
  // Only those who start things read the configuration; everybody else is handed plain values.
  "src/config/": ["files", ...foundations],
  // Where secrets come from. A login gets them without knowing.
  "src/credentials/": ["imap", "files", ...foundations],
  // What the outside sees of a running daemon: systemd, the status socket, the metrics file.
  "src/service/": ["files", ...foundations],
  "src/watch/": ["sync", "mail", "imap", "state", ...foundations],
  // The one-way engine and its command. It and sync/ do not know each other.
  "src/copier/": ["credentials", "mail", "imap", "state", "files", ...foundations],
  // The two-way engine.
  "src/sync/": ["mail", "imap", "state", ...foundations],
  // Two servers, and no memory.
  "src/mail/": ["imap", ...foundations],
  "src/imap/": foundations,
  "src/state/": ["files", ...foundations],
  "src/log/": ["files", ...values],
  // Whose hands files are in, and how they are opened.
  "src/files/": values,
  "src/model/": ["util"],
  "src/util/": [],
};

/** Each of these packages is one folder's business, so that replacing it stays one folder's work. */
const homes = {
  "@mongodb-js/saslprep": "src/imap/sasl/",
  yargs: "src/util/plain-yargs.ts",
  "yargs-parser": "src/util/option-parser.ts",
  imapflow: "src/imap/codec/",
  oauth4webapi: "src/credentials/oauth/",
  socks: "src/imap/transport/",
  "better-sqlite3": "src/state/",
  pino: "src/log/",
  fastify: "src/web/",
  "@fastify/formbody": "src/web/",
  "@fastify/helmet": "src/web/",
  "@fastify/rate-limit": "src/web/",
  "@fastify/type-provider-typebox": "src/web/",
  typebox: "src/util/type-box.ts",
  preact: "src/web/",
  "@preact/signals": "src/web/",
  "preact-render-to-string": "src/web/",
  pg: "src/fleet/database/",
  "pg-boss": "src/fleet/queue/",
  "csv-parse": "src/fleet/accounts/",
};

const rules = [
  ...Object.entries(uses).map(([layer, below]) => ({
    name: `layer ${layer}`,
    comment: `${layer} may import only itself${below.map((name) => `, ${name}/`).join("")}`,
    from: { path: `^${layer}` },
    to: { path: "^src/", pathNot: [`^${layer}`, ...below.map((name) => `^src/${name}/`)] },
  })),
  {
    name: "bytes and codec stand alone",
    comment: "imap/transport and imap/codec know nothing of the session or of each other; responses.ts is theirs",
    from: { path: "^src/imap/(transport|codec)/" },
    to: { path: "^src/imap/", pathNot: ["^src/imap/$1/", "^src/imap/responses[.]ts$"] },
  },
  {
    name: "credentials serve a login",
    comment: "of imap/, credentials/ knows what a login asks for, and nothing else",
    from: { path: "^src/credentials/" },
    to: { path: "^src/imap/", pathNot: "^src/imap/sasl/credentials[.]ts$" },
  },
  {
    name: "a page does not run a fleet",
    comment:
      "of a fleet, web/ has what is asked and written down; the queue and its package are for workers and commands",
    from: { path: "^src/web/" },
    to: {
      path: "^src/fleet/",
      pathNot: "^src/fleet/(database|report|commands/(change-(accounts|group)|selection)[.]ts$)",
    },
  },
  {
    name: "plans are pure",
    comment: "a *-plan.ts computes what to do from values; whoever asks or does is elsewhere",
    from: { path: "-plan[.]ts$" },
    to: { path: ["^src/imap/verbs/", "^src/state/(?!mapping|refused)"], dependencyTypesNot: ["type-only"] },
  },
  {
    name: "plans need nothing of Node",
    from: { path: "-plan[.]ts$" },
    to: { dependencyTypes: ["core"] },
  },
  {
    name: "one way to ask what happened",
    comment:
      "mail/observe selects mailboxes that are synchronised, so that no rung is assumed; the copier asks for no changes",
    from: { path: "^src/", pathNot: "^src/(mail/observe|imap|copier)/" },
    to: { path: "^src/imap/(verbs/select|mailbox/select-command)[.]ts$" },
  },
  {
    name: "product only",
    comment: "src must run without the tests, benchmarks and scripts",
    from: { path: "^src/" },
    to: { path: "^(test|bench|scripts)/" },
  },
  {
    name: "no test inside another",
    comment: "what tests share belongs in test/support",
    from: {},
    to: { path: "[.]test[.]ts$" },
  },
  ...Object.entries(homes).map(([name, home]) => ({
    name: `${name} has one home`,
    comment: `only ${home} uses ${name}`,
    from: { path: "^src/", pathNot: `^${home}` },
    to: { path: `node_modules/(@types/)?${name}/` },
  })),
  {
    name: "no cycles",
    from: {},
    to: { circular: true },
  },
  {
    name: "resolvable",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "packages of the product have a home",
    comment: "the build bundles them, so package.json lists them beside the tools; src/ may not import a tool",
    from: { path: "^src/" },
    to: {
      path: "node_modules/",
      pathNot: Object.keys(homes).map((name) => `node_modules/(@types/)?${name}/`),
      dependencyTypesNot: ["type-only"],
    },
  },
];

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: rules.map((rule) => ({ severity: "error", ...rule })),
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    // Without these the `exports` of packages are not followed.
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};

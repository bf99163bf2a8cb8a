// What requests may contain.

import { type Static, Type } from "../../util/type-box.ts";

/** Names go into commands of IMAP and into logs: none has a control character. */
const name = Type.String({ minLength: 1, maxLength: 512, pattern: "^[^\\x00-\\x1f\\x7f]*$" });
const password = Type.String({ minLength: 1, maxLength: 4096, pattern: "^[^\\x00\\r\\n]*$" });
const check = Type.Optional(Type.String({ maxLength: 10 }));
const folder = Type.Optional(Type.String({ maxLength: 1024, pattern: "^[^\\x00-\\x1f\\x7f]*$" }));
const fingerprint = Type.Optional(Type.String({ maxLength: 200, pattern: "^[0-9A-Za-z$:]*$" }));

export const jobForm = Type.Object(
  {
    host1: name,
    user1: name,
    password1: password,
    host2: name,
    user2: name,
    password2: password,
    dry: check,
    justlogin: check,
    justfoldersizes: check,
    justfolders: check,
    delete1: check,
    delete2: check,
    confirm2: check,
    subfolder1: folder,
    subfolder2: folder,
    f1f2: Type.Optional(Type.String({ maxLength: 200_000, pattern: "^[^\\x00]*$" })),
    fingerprint1: fingerprint,
    fingerprint2: fingerprint,
  },
  { additionalProperties: false },
);

export const resumeForm = Type.Object(
  { password1: password, password2: password, fingerprint1: fingerprint, fingerprint2: fingerprint },
  { additionalProperties: false },
);

/** Whatever the original's pages have; what it does not know, it does not look at. */
export const anyForm = Type.Record(Type.String(), Type.Unknown());

export const jobId = Type.Object({ id: Type.String({ maxLength: 100 }) });

export const tokenForm = Type.Object({ token: Type.String({ maxLength: 1000 }) });

const fleetWord = Type.Optional(Type.String({ maxLength: 300, pattern: "^[^\\x00]*$" }));

export const fleetFilter = Type.Object({ q: fleetWord, status: fleetWord, group: fleetWord, after: fleetWord });

/** Of one account, or of all that are in a status. */
export const fleetAccounts = Type.Object({
  do: Type.Union([Type.Literal("retry"), Type.Literal("pause"), Type.Literal("resume")]),
  name: fleetWord,
  status: Type.Optional(Type.Union([Type.Literal("stopped"), Type.Literal("quarantined"), Type.Literal("dead")])),
  back: Type.Optional(Type.String({ maxLength: 2000 })),
});

export const fleetGroups = Type.Object({
  do: Type.Union([Type.Literal("pause"), Type.Literal("resume"), Type.Literal("limit")]),
  group: Type.String({ maxLength: 300, pattern: "^(?:source|target|provider|group):[^\\s\\x00]+$" }),
  /** Empty: no limit. */
  most: Type.Optional(Type.String({ pattern: "^\\d{0,6}$" })),
  back: Type.Optional(Type.String({ maxLength: 2000 })),
});

export const login = Type.Object({ login: Type.Optional(Type.String({ maxLength: 512 })) });

export type JobFormBody = Static<typeof jobForm>;

const digits = Type.Optional(Type.String({ pattern: "^[1-9]\\d{0,8}$" }));

export const lineRange = Type.Object({
  from: digits,
  count: Type.Optional(Type.String({ pattern: "^(?:[1-9]\\d{0,2}|1\\d{3}|2000)$" })),
});

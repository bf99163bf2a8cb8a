// Exit codes of the copier, by the names that its last line has. Wrappers read both.

const table = {
  EX_OK: [0, "successful termination"],
  EXIT_CATCH_ALL: [1, "any other error"],
  EXIT_BY_SIGNAL: [6, "ended by a signal"],
  EXIT_BY_FILE: [7, "ended by the abort file"],
  EXIT_PID_FILE_ERROR: [8, "another run has the pid file"],
  EXIT_CONNECTION_FAILURE: [10, "connection lost"],
  EXIT_TLS_FAILURE: [12, "no TLS"],
  EXIT_AUTHENTICATION_FAILURE: [16, "authentication cannot be tried"],
  EXIT_SUBFOLDER1_NO_EXISTS: [21, "the folder of --subfolder1 does not exist"],
  EX_USAGE: [64, "command line usage error"],
  EX_DATAERR: [65, "data contradict each other"],
  EX_NOINPUT: [66, "cannot open input"],
  EX_UNAVAILABLE: [69, "service unavailable"],
  EX_SOFTWARE: [70, "internal software error"],
  EX_CANTCREAT: [73, "cannot create a file"],
  EX_IOERR: [74, "cannot read or write a file"],
  EX_TEMPFAIL: [75, "try again later"],
  EXIT_CONNECTION_FAILURE_HOST1: [101, "cannot connect to host1"],
  EXIT_CONNECTION_FAILURE_HOST2: [102, "cannot connect to host2"],
  EXIT_WITH_ERRORS: [111, "finished with errors"],
  EXIT_WITH_ERRORS_MAX: [112, "too many errors"],
  EXIT_OVERQUOTA: [113, "host2 is over quota"],
  EXIT_ERR_APPEND: [114, "messages could not be appended"],
  EXIT_ERR_FETCH: [115, "messages could not be fetched"],
  EXIT_ERR_CREATE: [116, "folders could not be created"],
  EXIT_ERR_SELECT: [117, "folders could not be selected"],
  EXIT_TRANSFER_EXCEEDED: [118, "the limit of bytes was reached"],
  EXIT_ERR_APPEND_VIRUS: [119, "messages with a virus were refused"],
  EXIT_ERR_FLAGS: [120, "flags could not be set"],
  EXIT_AUTHENTICATION_FAILURE_USER1: [161, "user1 could not log in"],
  EXIT_AUTHENTICATION_FAILURE_USER2: [162, "user2 could not log in"],
  EXIT_TESTS_FAILED: [254, "tests failed"],
} as const;

export type ExitName = keyof typeof table;

export function exitCodeOf(name: ExitName): number {
  return table[name][0];
}

/** `EX_OK: successful termination` */
export function exitText(name: ExitName): string {
  return `${name}: ${table[name][1]}`;
}

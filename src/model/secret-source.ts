// Where a secret comes from, as plain values. Made by config/, read by credentials/.

export type SecretSource =
  | { readonly from: "text"; readonly text: string }
  | { readonly from: "command"; readonly command: string }
  /** As written: a relative path starts from the working directory. */
  | { readonly from: "file"; readonly path: string }
  /** Of those that systemd hands to a service: `directory` is $CREDENTIALS_DIRECTORY, systemd.exec(5). */
  | { readonly from: "credential"; readonly name: string; readonly directory: string | undefined };

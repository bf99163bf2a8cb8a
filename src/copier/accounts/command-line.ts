// The command line as others may see it.

/** Options whose value is a secret, or leads to one that is not kept anywhere else. */
const secret = /^--?(?:password|oauthaccesstoken|oauthdirect)[12]?$/i;

const masked = "MASKED";

/** Arguments without the secrets among them. */
export function maskedArguments(argv: readonly string[]): string[] {
  return argv.map((word, index) => {
    const [, name = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (value !== undefined && secret.test(name)) return `${name}=${masked}`;
    return secret.test(argv[index - 1] ?? "") ? masked : word;
  });
}

/**
 * Replaces what `ps` shows of this process, if it has secrets in it. They can be seen before this happens, and where a system
 * does not let the command line be replaced.
 */
export function hideSecretArguments(program: string, argv: readonly string[]): void {
  const shown = maskedArguments(argv);
  if (shown.some((word, index) => word !== argv[index])) process.title = [program, ...shown].join(" ");
}

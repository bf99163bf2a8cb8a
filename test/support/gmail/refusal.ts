// A command that is answered NO or BAD, in Gmail's words.

export class Refusal extends Error {
  readonly status: "NO" | "BAD";

  constructor(status: "NO" | "BAD", text: string) {
    super(`${text} (Failure)`);
    this.status = status;
  }
}

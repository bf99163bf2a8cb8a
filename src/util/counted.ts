// Numbers of things for people.

/** `1 message`, `2 messages`, `2 mailboxes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

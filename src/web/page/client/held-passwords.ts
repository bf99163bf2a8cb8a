// The passwords of the job that was started in this tab, for as long as it may ask for them again at once: until both servers have
// let it in. They are in the tab's memory only.

import { signal } from "@preact/signals";

export interface HeldPasswords {
  readonly password1: string;
  readonly password2: string;
}

const held = signal<HeldPasswords>();

export function holdPasswords(passwords: HeldPasswords): void {
  held.value = passwords;
}

export function heldPasswords(): HeldPasswords | undefined {
  return held.value;
}

export function dropPasswords(): void {
  held.value = undefined;
}

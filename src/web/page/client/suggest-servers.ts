// Proposes a server while the login is typed, and never replaces what somebody typed.

import type { ServerSuggestions } from "../../api.ts";
import type { Host } from "../form/fields.ts";
import type { FormModel } from "../form/form-model.ts";

const pauseMs = 350;

export interface Suggester {
  /** The login of this side has changed. */
  typed: (host: Host) => void;
  /** The two sides have changed places. */
  swapped: () => void;
}

export function suggestServers(model: FormModel): Suggester {
  const timers: Partial<Record<Host, number>> = {};
  /** What was put into the fields, and may be replaced by what is better. */
  let proposed: Record<Host, string> = { 1: "", 2: "" };

  async function ask(host: Host): Promise<void> {
    const login = model.texts[`user${host}`].value.trim();
    const suggestions = await fetchSuggestions(login);
    // Somebody went on typing meanwhile.
    if (login !== model.texts[`user${host}`].value.trim()) return;
    model.suggestions[host].value = suggestions;
    const server = model.texts[`host${host}`];
    if (server.value !== "" && server.value !== proposed[host]) return;
    proposed[host] = suggestions?.servers[0]?.host ?? "";
    server.value = proposed[host];
  }

  return {
    typed: (host) => {
      clearTimeout(timers[host]);
      timers[host] = setTimeout(() => void ask(host), pauseMs) as unknown as number;
    },
    swapped: () => {
      proposed = { 1: proposed[2], 2: proposed[1] };
    },
  };
}

async function fetchSuggestions(login: string): Promise<ServerSuggestions | undefined> {
  if (!/@[^@\s]+\.[^@\s.]{2,}$/.test(login)) return undefined;
  try {
    const answer = await fetch(`/servers?${new URLSearchParams({ login }).toString()}`);
    return answer.ok ? ((await answer.json()) as ServerSuggestions) : undefined;
  } catch {
    return undefined;
  }
}

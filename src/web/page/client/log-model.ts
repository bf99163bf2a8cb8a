// The log in the browser: what of it is held, what is looked at, and what is searched for.

import { type Signal, signal } from "@preact/signals";
import type { LogLines } from "../../api.ts";
import { blockLines, LogStore } from "../job/log-store.ts";
import { alsoFound, type Found, type FoundLine, searchLog, withMore } from "./search-log.ts";

export interface LogModel {
  readonly store: LogStore;
  /** Changes with every change of the store. */
  readonly version: Signal<number>;
  readonly showsAll: Signal<boolean>;
  readonly query: Signal<string>;
  /** Undefined: nothing is searched for. */
  readonly found: Signal<Found | undefined>;
  readonly add: (lines: Pick<LogLines, "first" | "lines">) => void;
  /** Asks for the lines between these that are not held. */
  readonly need: (first: number, last: number) => void;
  readonly search: (query: string) => void;
  readonly end: () => void;
}

const searchPauseMs = 300;
const retryMs = 3_000;

export function logModel(log: LogLines): LogModel {
  const store = new LogStore();
  store.add(log);
  const version = signal(0);
  const query = signal("");
  const found = signal<Found>();
  const asked = new Set<number>();
  let searching: AbortController | undefined;
  /** What has come since the search began. */
  let late: FoundLine[] = [];
  let timer: number | undefined;

  async function fetchBlock(first: number): Promise<void> {
    asked.add(first);
    try {
      const answer = await fetch(`lines?from=${first}&count=${blockLines}`);
      if (!answer.ok) throw new Error(String(answer.status));
      store.add((await answer.json()) as LogLines);
      version.value++;
      asked.delete(first);
    } catch {
      // Asked again when it is looked at, but not at once.
      setTimeout(() => {
        asked.delete(first);
        version.value++;
      }, retryMs);
    }
  }

  function search(text: string): void {
    query.value = text;
    found.value = undefined;
    searching?.abort();
    clearTimeout(timer);
    if (text === "") return;
    const controller = new AbortController();
    searching = controller;
    timer = setTimeout(() => {
      late = [];
      const onFound = (now: Found): void => void (found.value = withMore(now, late));
      void searchLog(text, { total: store.total, signal: controller.signal, onFound });
    }, searchPauseMs) as unknown as number;
  }

  return {
    store,
    version,
    showsAll: signal(true),
    query,
    found,
    add: (lines) => {
      store.add(lines);
      const more = query.value === "" ? [] : alsoFound(query.value, lines);
      late.push(...more);
      if (found.value !== undefined && more.length > 0) found.value = withMore(found.value, more);
      version.value++;
    },
    need: (first, last) => {
      for (const block of store.missing(first, last)) if (!asked.has(block)) void fetchBlock(block);
    },
    search,
    end: () => {
      searching?.abort();
      clearTimeout(timer);
    },
  };
}

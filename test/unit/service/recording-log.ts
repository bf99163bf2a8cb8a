// A Log that keeps its warnings.

import type { Log } from "../../../src/log/log.ts";

export interface RecordingLog extends Log {
  readonly warnings: string[];
}

export function recordingLog(): RecordingLog {
  const warnings: string[] = [];
  const ignore = (): void => undefined;
  const warn = (text: string): void => void warnings.push(text);
  return { traffic: false, showsSecrets: false, warnings, debug: ignore, info: ignore, warn, error: ignore };
}

// Reads the text exposition format of Prometheus, version 0.0.4, and insists on its rules.

import assert from "node:assert/strict";

export type Samples = Record<string, [labels: Record<string, string>, value: number][]>;

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (\S+)$/;

/** By name, in the order of the text. A metric has HELP, then TYPE, then its samples, all in one place. */
export function parseMetrics(text: string): Samples {
  assert.ok(text.endsWith("\n"), "the last line must end with a line feed");
  const samples: Samples = {};
  const seen = new Set<string>();
  let current: { name: string; type: string | undefined } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const help = /^# HELP (\S+) (?:[^\\\n]|\\[\\n])+$/.exec(line)?.[1];
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge)$/.exec(line) ?? [];
    if (help !== undefined) {
      assert.ok(!(help in samples), `${help} comes twice`);
      samples[help] = [];
      current = { name: help, type: undefined };
    } else if (typed !== undefined) {
      assert.deepEqual(current, { name: typed, type: undefined }, `TYPE of ${typed} is not behind its HELP`);
      assert.equal(typed.endsWith("_total"), type === "counter", `${typed} is called like another type`);
      current = { name: typed, type };
    } else {
      const [, name = "", labels = "", value = ""] = sampleLine.exec(line) ?? [];
      assert.notEqual(name, "", `not a line of the format: ${line}`);
      assert.equal(name, current?.name, `${name} stands with another metric`);
      assert.ok(current?.type !== undefined, `${name} has no TYPE`);
      assert.match(value, /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/);
      assert.ok(!seen.has(name + labels), `${name}{${labels}} comes twice`);
      seen.add(name + labels);
      samples[name]?.push([labelsOf(labels), Number(value)]);
    }
  }
  for (const [name, values] of Object.entries(samples)) assert.ok(values.length > 0, `${name} has no sample`);
  return samples;
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries(
    [...pairs].map(([, name = "", value = ""]) => [
      name,
      value.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character)),
    ]),
  );
}

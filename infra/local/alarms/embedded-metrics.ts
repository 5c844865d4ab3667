import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Metrics } from './metrics.ts';

const Embedded = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

/** Bytes of a log that one reading takes: a burst of logs is read in parts. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Reads the metrics that functions write into their logs since the last reading. The first reading skips what is there.
 * Source: CloudWatch, "Embedded metric format".
 */
export function createEmbeddedMetrics(directory: string, metrics: Metrics): () => void {
  const offsets = new Map<string, number>();
  let isFirst = true;
  return () => {
    if (!existsSync(directory)) return;
    for (const file of readdirSync(directory)) {
      const { lines, end } = readFrom(join(directory, file), isFirst ? undefined : (offsets.get(file) ?? 0));
      offsets.set(file, end);
      for (const line of lines) recordLine(line, metrics);
    }
    isFirst = false;
  };
}

/** The whole lines from an offset on, and where the next reading starts; none from undefined, the end. */
function readFrom(file: string, offset: number | undefined): { lines: string[]; end: number } {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (offset === undefined) return { lines: [], end: size };
    const buffer = Buffer.alloc(Math.max(0, Math.min(size - offset, maxBytes)));
    readSync(descriptor, buffer, 0, buffer.length, offset);
    const last = buffer.lastIndexOf('\n') + 1;
    // A line that is longer than a reading is skipped.
    const read = last === 0 && buffer.length === maxBytes ? buffer.length : last;
    return { lines: buffer.subarray(0, last).toString().split('\n'), end: offset + read };
  } finally {
    closeSync(descriptor);
  }
}

function recordLine(line: string, metrics: Metrics): void {
  const start = line.includes('"_aws"') ? line.indexOf('{') : -1;
  const parsed = start < 0 ? undefined : Embedded.safeParse(jsonOf(line.slice(start)));
  if (!parsed?.success) return;
  const { _aws: embedded, ...members } = parsed.data;
  for (const { Namespace, Dimensions, Metrics } of embedded.CloudWatchMetrics) {
    for (const { Name } of Metrics) {
      for (const value of [members[Name]].flat().filter((each) => typeof each === 'number')) {
        for (const names of Dimensions) {
          const dimensions = Object.fromEntries(names.map((name) => [name, String(members[name])]));
          metrics.record(Namespace, Name, dimensions, value, embedded.Timestamp);
        }
      }
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

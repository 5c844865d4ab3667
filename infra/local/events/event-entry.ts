import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { isObject } from './value-pattern.ts';

/** An unvalidated entry of PutEvents; each invalid entry has its own error. */
export const Entry = z.object({
  Source: z.string().nullish(),
  DetailType: z.string().nullish(),
  Detail: z.string().nullish(),
  Resources: z.array(z.string()).nullish(),
  /** Seconds since the epoch, or ISO 8601. */
  Time: z.union([z.number(), z.string()]).nullish(),
  EventBusName: z.string().nullish(),
  TraceHeader: z.string().nullish(),
});
export type Entry = z.infer<typeof Entry>;

/** An event in EventBridge's envelope. */
export type BusEvent = {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
};

export type EntryError = { ErrorCode: string; ErrorMessage: string };

/** Account, region and time of an event. */
type Origin = { account: string; region: string; now: number };

/**
 * Maximum total size of a call's entries in bytes.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
export const maximumEntriesBytes = 1024 * 1024;

/** Size of an entry in bytes as EventBridge computes it: 14 for a time, plus each text. */
export function entryBytes({ Time: time, Source, DetailType, Detail, Resources }: Entry): number {
  const texts = [Source, DetailType, Detail, ...(Resources ?? [])];
  return texts.reduce(
    (bytes, text) => bytes + Buffer.byteLength(text ?? ''),
    (time ?? undefined) === undefined ? 0 : 14,
  );
}

/** EventBridge's times have whole seconds. */
export const eventTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The event of an entry, or EventBridge's error for this entry. */
export function eventOf(entry: Entry, { account, region, now }: Origin): BusEvent | EntryError {
  const { Source: source, DetailType: detailType, Detail: detailText, Resources: resources } = entry;
  if (!source) return invalidArgument('Source', 'Source is a required argument.');
  if (!detailType) return invalidArgument('DetailType', 'DetailType is a required argument.');
  if (detailType.length > 128) return invalidArgument('DetailType', 'DetailType is longer than 128 characters.');
  if (!detailText) return invalidArgument('Detail', 'Detail is a required argument.');
  const detail = readObject(detailText);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const time = readTime(entry.Time, now);
  if (time === undefined) return invalidArgument('Time', 'Time is not a timestamp.');
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account,
    time: eventTime(time),
    region,
    resources: resources ?? [],
    detail,
  };
}

const invalidArgument = (parameter: string, reason: string): EntryError => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${reason}`,
});

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readTime(time: number | string | null | undefined, now: number): number | undefined {
  if (time === null || time === undefined) return now;
  const ms = typeof time === 'number' ? time * 1000 : Date.parse(time);
  // ISO 8601 requires years of four digits.
  return Number.isFinite(ms) && ms >= 0 && ms < 253_402_300_800_000 ? ms : undefined;
}

import { decodeTime } from 'ulid';
import * as z from 'zod';
import { OutboxItem } from '../../shared/dynamodb/outbox.ts';

/** The fields of a stream record that the relay reads. `SequenceNumber` orders the records of a shard. */
export const StreamRecord = z.object({
  dynamodb: z.object({ SequenceNumber: z.string().min(1), NewImage: z.unknown() }),
});
export type StreamRecord = z.infer<typeof StreamRecord>;

/** An entry of PutEvents. `time` is when the event was written; the business time is in its metadata. */
export type Entry = { sequenceNumber: string; source: string; detailType: string; detail: string; time?: Date };

/** A record that no retry can send. */
export type InvalidRecord = { sequenceNumber: string; reason: 'malformed' | 'too-large' };

const Text = z.object({ S: z.string() }).transform(({ S }) => S);
/** Lambda has binary values in base64. */
const Binary = z.object({ B: z.base64() }).transform(({ B }) => new Uint8Array(Buffer.from(B, 'base64')));
const OutboxImage = z
  .object({ pk: Text, sk: Text, source: Text, detailType: Text, detail: z.union([Text, Binary]) })
  .pipe(OutboxItem)
  .refine((item) => isJsonObject(item.detail), 'The detail is not a JSON object');

// Limits of PutEvents: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const maxEntries = 10;
const maxBytes = 1_048_576;
const timeBytes = 14;

/** Parses the event item of a stream record. */
export function entryOf({ dynamodb }: StreamRecord): Entry | InvalidRecord {
  const sequenceNumber = dynamodb.SequenceNumber;
  const image = OutboxImage.safeParse(dynamodb.NewImage);
  if (!image.success) return { sequenceNumber, reason: 'malformed' };
  const { sk, source, detailType, detail } = image.data;
  const time = writtenAt(sk);
  const entry = { sequenceNumber, source, detailType, detail, ...(time && { time }) };
  return bytesOf(entry) > maxBytes ? { sequenceNumber, reason: 'too-large' } : entry;
}

/** Splits entries, in their order, into requests within the limits of PutEvents. */
export function requestsOf(entries: Entry[]): Entry[][] {
  const requests: Entry[][] = [];
  let remainingBytes = 0;
  for (const entry of entries) {
    const bytes = bytesOf(entry);
    const last = requests.at(-1);
    if (last && last.length < maxEntries && bytes <= remainingBytes) {
      last.push(entry);
      remainingBytes -= bytes;
    } else {
      requests.push([entry]);
      remainingBytes = maxBytes - bytes;
    }
  }
  return requests;
}

/** Size as EventBridge counts it: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
export const bytesOf = ({ source, detailType, detail, time }: Omit<Entry, 'sequenceNumber'>): number =>
  (time ? timeBytes : 0) + Buffer.byteLength(source) + Buffer.byteLength(detailType) + Buffer.byteLength(detail);

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** The time in the event's ULID; undefined if its id is not a ULID. */
function writtenAt(sortKey: string): Date | undefined {
  const id = sortKey.slice(sortKey.indexOf('#') + 1);
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id) ? new Date(decodeTime(id)) : undefined;
}

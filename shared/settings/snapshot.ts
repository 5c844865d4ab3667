import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';

/** Largest data of a snapshot in bytes: 25 read units of a consistent read, and well below the 400 KB of an item. */
export const maxSnapshotBytes = 100_000;
/** Largest JSON text of a snapshot in bytes. */
const maxTextBytes = 8_000_000;

/** JSON as raw DEFLATE data (RFC 1951) of its UTF-8 bytes. */
export const encodeSnapshot = (value: object): Uint8Array => deflateRawSync(JSON.stringify(value));

/** The value of `encodeSnapshot`. Throws if the data is not DEFLATE data of JSON, or has more than `maxBytes` of text. */
export const decodeSnapshot = (data: Uint8Array, maxBytes = maxTextBytes): unknown =>
  JSON.parse(inflateRawSync(data, { maxOutputLength: maxBytes }).toString('utf8'));

/** An item with the settings or price lists that placing reads with the SKUs, beside its keys. */
const SnapshotItem = z.object({ version: z.int().positive(), data: z.instanceof(Uint8Array) });

export type Snapshot<T> = { version: number; value: T };

/**
 * Returns a function that parses snapshot items and keeps the last value: an item with the same data costs a comparison
 * of its bytes. One per table and function instance; undefined for no item.
 */
export function snapshotReader<S extends z.ZodType>(schema: S): (item: unknown) => Snapshot<z.infer<S>> | undefined {
  let kept: { data: Uint8Array; snapshot: Snapshot<z.infer<S>> } | undefined;
  return (item) => {
    if (item === undefined) return undefined;
    const { version, data } = SnapshotItem.parse(item);
    if (kept?.snapshot.version !== version || Buffer.compare(kept.data, data) !== 0) {
      kept = { data, snapshot: { version, value: schema.parse(decodeSnapshot(data)) } };
    }
    return kept.snapshot;
  };
}

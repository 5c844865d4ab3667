import * as z from 'zod';

/**
 * Largest text that the store writes, in UTF-16 code units, and most entries of a list in an event or a response. Input has
 * lower limits of its own; these are above everything that input could lead to, so that stored data is always read.
 */
const maxTextLength = 10_000;
export const maxEntries = 10_000;

/** A text in an event, a response or a stored item. */
export const StoredText = z.string().max(maxTextLength);

/** A record with at most `max` members. JSON Schema knows the limit as `maxProperties`. */
export const boundedRecord = <K extends z.ZodString, V extends z.ZodType>(key: K, value: V, max: number) =>
  z
    .record(key, value)
    .refine((record) => Object.keys(record).length <= max, `Too many members: expected at most ${max}`)
    .meta({ maxProperties: max });

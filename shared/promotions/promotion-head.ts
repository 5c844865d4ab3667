import { hash } from 'node:crypto';
import * as z from 'zod';
import type { Key } from '../dynamodb/database.ts';

/**
 * Copies of the head, each in a partition of its own: a partition takes 3,000 reads a second, and every order and quote
 * reads a head.
 */
const headCopies = 4;

const headPrefix = 'PROMOTIONS#HEAD#';
const headKey = (copy: number): Key => ({ pk: `${headPrefix}${copy}`, sk: 'HEAD' });

/** Keys of all copies, which one transaction writes. */
export const headKeys: readonly Key[] = Array.from({ length: headCopies }, (_, copy) => headKey(copy));

/** Key of the copy that an order or quote reads, by its id. */
export const headKeyFor = (id: string): Key => headKey((hash('sha1', id, 'buffer')[0] ?? 0) % headCopies);

/** Whether an item or its key is a copy of the head. */
export const isHead = (item: unknown): boolean => Keyed.safeParse(item).success;
const Keyed = z.object({ pk: z.string().startsWith(headPrefix) });

/** Names the compiled set in force. The version counts the changes of the head. */
export const PromotionHead = z.object({
  version: z.int().positive(),
  /** Absent: there are no promotions yet. */
  set: z.object({ setId: z.string(), parts: z.int().positive() }).optional(),
  disabled: z.boolean().default(false),
});
export type PromotionHead = z.infer<typeof PromotionHead>;

/** Key of a part of a compiled set. */
export const partKey = (setId: string, part: number): Key => ({ pk: `PROMOTIONS#SET#${setId}`, sk: `PART#${part}` });

/** Which set was in force from when on: one item for each version of the head, kept for ever. */
export const headVersionKey = (version: number): Key => ({
  pk: 'PROMOTIONS#HISTORY',
  sk: `VERSION#${String(version).padStart(10, '0')}`,
});
/** A version of the head, with the time (UTC) from which it was in force. */
export const PromotionHeadVersion = PromotionHead.extend({ at: z.string() });
export type PromotionHeadVersion = z.infer<typeof PromotionHeadVersion>;

import * as z from 'zod';
import type { ClaimCheck } from '../../../shared/contracts/promotions/usage-routes.ts';
import type { Key } from '../../../shared/dynamodb/database.ts';

export const checkPartition = (checkId: string) => `CLAIM-CHECK#${checkId}`;
export const checkKey = (checkId: string): Key => ({ pk: checkPartition(checkId), sk: 'CHECK' });

const Difference = z.object({ pk: z.string(), sk: z.string(), found: z.number(), expected: z.number() });

/** A check as it is stored. Those from before 2026-11-30 were recorded when they were completed, without a status. */
export const ClaimCheckRecord = z.object({
  checkId: z.string(),
  status: z.enum(['requested', 'completed', 'failed']).default('completed'),
  requestedAt: z.string().optional(),
  requestedBy: z.string().optional(),
  checkedAt: z.string().optional(),
  counters: z.number().optional(),
  repaired: z.array(Difference).optional(),
  notCompared: z.number().optional(),
  error: z.string().optional(),
});
export type ClaimCheckRecord = z.infer<typeof ClaimCheckRecord>;

export const counterName = ({ pk, sk }: Key): string => `${pk}/${sk}`;

/** The check as a response has it. */
export const checkBody = ({ repaired, ...record }: ClaimCheckRecord): ClaimCheck => ({
  ...record,
  ...(repaired && {
    repaired: repaired.map(({ found, expected, ...key }) => ({ counter: counterName(key), found, expected })),
  }),
});

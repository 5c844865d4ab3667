import * as z from 'zod';
import { personal } from '../contracts/personal-data.ts';
import type { Action, Key } from '../dynamodb/database.ts';
import { claimCode, releaseCode } from './code-item.ts';
import {
  claimAction,
  type CounterClaim,
  customerKey,
  firstOrder,
  limitPartition,
  nameOf,
  releaseAction,
} from './limit-counters.ts';

/** What an order holds of the limits of a promotion, as its item keeps it until it is released. */
export const PromotionClaim = z.object({
  promotionId: z.string(),
  /** By counter of the promotion, such as `USES#3`, `UNITS#0` or `BUDGET#GBP#2026-11-30#1`. */
  counters: z.record(z.string(), z.int().positive()),
  /** Hashes of the customer's id and e-mail address, each of which counts one use. */
  customers: personal(z.array(z.string()).optional()),
  /** A unique code, in its normal form. */
  code: z.string().optional(),
  /** Lines with units at the promotion's price: the first one of a line that several warehouses ship. */
  lineIds: z.array(z.string()).optional(),
});
export type PromotionClaim = z.infer<typeof PromotionClaim>;

/** A unique code that an order claims, and how many orders may hold it. */
export type CodeClaim = { code: string; orderId: string; maxUses: number };
/** What a transaction claims: counters by how much, and unique codes. */
export type ClaimActions = { counters: readonly CounterClaim[]; codes: readonly CodeClaim[] };
export const noClaims: ClaimActions = { counters: [], codes: [] };

type Held = Pick<PromotionClaim, 'code' | 'lineIds'>;

/** The claim of a promotion as the order keeps it. */
export function heldClaim(promotionId: string, claims: readonly CounterClaim[], held: Held): PromotionClaim {
  const own = claims.filter(({ pk }) => pk === limitPartition(promotionId));
  const customers = claims.flatMap(({ pk }) =>
    pk.startsWith(customerPrefix) ? [pk.slice(customerPrefix.length)] : [],
  );
  return {
    promotionId,
    counters: Object.fromEntries(own.map(({ sk, count }) => [sk, count])),
    ...(customers.length > 0 && { customers }),
    ...held,
  };
}
const customerPrefix = customerKey('', '').pk;

/** The counters that an order holds, each with its share. */
export const heldCounters = ({
  promotionId,
  counters,
  customers = [],
}: PromotionClaim): (Key & { count: number })[] => [
  ...Object.entries(counters).map(([sk, count]) => ({ pk: limitPartition(promotionId), sk, count })),
  ...customers.map((each) => Object.assign(customerKey(each, promotionId), { count: 1 })),
];

/** The claim with the sums of its counters; none for the mark of a first order. */
export function heldTotals({ promotionId, counters, customers = [], code }: PromotionClaim) {
  if (promotionId === firstOrder) return [];
  const sumOf = (prefix: string) => {
    const own = Object.entries(counters).filter(([counter]) => counter.startsWith(prefix));
    return own.length === 0 ? undefined : own.reduce((sum, [, count]) => sum + count, 0);
  };
  const isUsed = customers.length > 0 || code !== undefined || sumOf('CODE#') !== undefined;
  const uses = sumOf('USES#') ?? (isUsed ? 1 : undefined);
  return [{ promotionId, uses, units: sumOf(unitsPrefix), budgetMinor: sumOf('BUDGET#'), code }];
}

/** The actions of an order's transaction that claim, one for each counter and code. */
export const claimActions = (table: string, { counters, codes }: ClaimActions = noClaims): Action[] => [
  ...counters.map((claim) => claimAction(table, claim)),
  ...codes.map(({ code, orderId, maxUses }) => claimCode(table, code, orderId, maxUses)),
];

/** The order before and after a change, as far as it holds claims. */
type Holder = { orderId: string; promotionClaims?: readonly PromotionClaim[] | undefined };

/** The actions that release what the order held before the change and does not hold after it. */
export function releaseActions(table: string, before: Holder, after: Holder): Action[] {
  const { promotionClaims: had = [] } = before;
  const { promotionClaims: has = [] } = after;
  const kept = new Map(has.flatMap(heldCounters).map((each) => [nameOf(each), each.count]));
  const released = had.flatMap(heldCounters).flatMap(({ pk, sk, count }) => {
    const less = count - (kept.get(nameOf({ pk, sk })) ?? 0);
    return less > 0 ? [releaseAction(table, { pk, sk, count: less })] : [];
  });
  const codes = new Set(has.flatMap(({ code }) => code ?? []));
  const freed = had.flatMap(({ code }) => (code === undefined || codes.has(code) ? [] : [code]));
  return [...released, ...freed.map((code) => releaseCode(table, code, before.orderId))];
}

type Line = { lineId: string; partOf?: string | undefined; quantity: number; cancelledQuantity?: number | undefined };

/**
 * The claims after units of the order were cancelled: units at a promotion's price in excess of those that remain are
 * released. Uses and budget stay claimed.
 */
export const withoutExcessUnits = (
  claims: readonly PromotionClaim[] | undefined,
  lines: readonly Line[],
): PromotionClaim[] | undefined =>
  claims?.map((claim) => {
    const { lineIds = [], counters } = claim;
    const own = lines.filter(({ lineId, partOf = lineId }) => lineIds.includes(partOf));
    const remaining = own.reduce((sum, { quantity, cancelledQuantity = 0 }) => sum + quantity - cancelledQuantity, 0);
    let left = remaining;
    const kept = Object.entries(counters).flatMap(([counter, count]): [string, number][] => {
      if (!counter.startsWith(unitsPrefix)) return [[counter, count]];
      const units = Math.min(count, left);
      left -= units;
      return units > 0 ? [[counter, units]] : [];
    });
    return { ...claim, counters: Object.fromEntries(kept) };
  });
const unitsPrefix = 'UNITS#';

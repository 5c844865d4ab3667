import type { Rule } from '../../../shared/contracts/refunds/policy-routes.ts';

type When = Rule['when'];

/**
 * The values of each fact, split into cells within which the compared rules do not differ. Ranges have one cell per
 * threshold and one below all; lists have one cell per named value and one for all others.
 */
export type Cells = { ranges: Record<RangeFact, number[]>; lists: Record<ListFact, unknown[]> };
/** Requests, as a bit set of cells per fact. */
export type Box = readonly bigint[];

type RangeFact = 'amount' | 'daysSinceDelivery' | 'refundRate' | 'orders' | 'accountAge';
type ListFact = 'currency' | 'reason' | 'channel' | 'goods' | 'goodwill' | 'overpaid';

const goods = ['not-shipped', 'shipped', 'delivered'];

/** Per range: the facts from `from` on, before `before`. A refund rate needs orders; a guest has none, and age 0. */
const rangesOf = (when: When): Record<RangeFact, { from?: number | undefined; before?: number | undefined }> => ({
  amount: {
    from: when.amountAtLeastMinor,
    before: when.amountAtMostMinor === undefined ? undefined : when.amountAtMostMinor + 1,
  },
  daysSinceDelivery: { from: when.daysSinceDeliveryAtLeast },
  refundRate: { from: when.refundRateAtLeast },
  orders: { from: when.refundRateAtLeast === undefined ? undefined : (when.ordersAtLeast ?? 1) },
  accountAge: { before: when.accountAgeDaysBelow },
});

const listsOf = (when: When): Record<ListFact, readonly unknown[] | undefined> => ({
  currency: when.currencies,
  reason: when.reasons,
  channel: when.channels,
  goods: when.goods,
  goodwill: when.isGoodwill === undefined ? undefined : [when.isGoodwill],
  overpaid: when.isOverpaid === undefined ? undefined : [when.isOverpaid],
});

const rangeFacts: RangeFact[] = ['amount', 'daysSinceDelivery', 'refundRate', 'orders', 'accountAge'];
const listFacts: ListFact[] = ['goods', 'currency', 'reason', 'channel', 'goodwill', 'overpaid'];

/** Facts that have no other values than those of `cellsOf`. */
const closedFacts = new Set<ListFact>(['goods', 'goodwill', 'overpaid']);

/** The cells that the conditions of these rules need. */
export function cellsOf(conditions: readonly When[]): Cells {
  const thresholds = (fact: RangeFact) =>
    conditions.flatMap((when) => {
      const { from, before } = rangesOf(when)[fact];
      return [from, before].filter((value) => value !== undefined);
    });
  const values = (fact: ListFact) => conditions.flatMap((when) => listsOf(when)[fact] ?? []);
  const cutsOf = (fact: RangeFact) => [...new Set(thresholds(fact))].toSorted((a, b) => a - b);
  return {
    ranges: {
      amount: cutsOf('amount'),
      daysSinceDelivery: cutsOf('daysSinceDelivery'),
      refundRate: cutsOf('refundRate'),
      orders: cutsOf('orders'),
      accountAge: cutsOf('accountAge'),
    },
    lists: {
      currency: [...new Set(values('currency'))],
      reason: [...new Set(values('reason'))],
      channel: [...new Set(values('channel'))],
      goods,
      goodwill: [true, false],
      overpaid: [true, false],
    },
  };
}

/** Bits `from` to `before`, exclusive. */
const bits = (from: number, before: number) => (1n << BigInt(Math.max(from, before))) - (1n << BigInt(from));

/** The requests that fulfil all conditions of a rule. */
export function boxOf({ ranges, lists }: Cells, when: When): Box {
  const wantedRanges = rangesOf(when);
  const wantedLists = listsOf(when);
  return [
    ...rangeFacts.map((fact) => {
      const { from, before } = wantedRanges[fact];
      const cuts = ranges[fact];
      // Cell 0 is below the first threshold, where a fact may also be unknown.
      const first = from === undefined ? 0 : cuts.indexOf(from) + 1;
      return bits(first, before === undefined ? cuts.length + 1 : cuts.indexOf(before) + 1);
    }),
    ...listFacts.map((fact) => {
      const known = lists[fact];
      const wanted = wantedLists[fact];
      if (!wanted) return bits(0, known.length + (closedFacts.has(fact) ? 0 : 1));
      return [...new Set(wanted)].reduce<bigint>((set, value) => set | (1n << BigInt(known.indexOf(value))), 0n);
    }),
  ];
}

const isEmpty = (box: Box) => box.includes(0n);

/** The requests of both boxes; undefined if there are none. */
export function intersect(a: Box, b: Box): Box | undefined {
  const common = a.map((cells, fact) => cells & (b[fact] ?? 0n));
  return isEmpty(common) ? undefined : common;
}

/** The requests of `a` that are not in `b`, as boxes without common requests. */
export function subtract(a: Box, b: Box): Box[] {
  const common = intersect(a, b);
  if (!common) return [a];
  return a.flatMap((cells, fact) => {
    const rest = cells & ~(b[fact] ?? 0n);
    return rest === 0n ? [] : [[...common.slice(0, fact), rest, ...a.slice(fact + 1)]];
  });
}

/** Whether some of the requests are for shipped goods. */
export const hasShippedGoods = (box: Box): boolean =>
  ((box[rangeFacts.length + listFacts.indexOf('goods')] ?? 0n) & ~bits(0, 1)) !== 0n;

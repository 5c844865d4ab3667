import type { Key } from '../../../shared/dynamodb/database.ts';
import type { Counter } from '../../../shared/promotions/claims-store.ts';
import { nameOf } from '../../../shared/promotions/limit-counters.ts';
import { heldCounters, type PromotionClaim } from '../../../shared/promotions/promotion-claim.ts';

/** A counter with what it has, and what the orders hold of it. */
export type CounterDifference = Key & { found: number; expected: number };

/** What is held of each counter, by its name. */
export type Held = Map<string, Key & { count: number }>;

export function addHeld(held: Held, claims: readonly PromotionClaim[]): void {
  for (const each of claims.flatMap(heldCounters)) {
    const count = (held.get(nameOf(each))?.count ?? 0) + each.count;
    held.set(nameOf(each), { pk: each.pk, sk: each.sk, count });
  }
}

/**
 * Compares counters with what the orders hold. `before` and `after`: the counters before and after the orders were read. A
 * counter that changed meanwhile is in `changed`.
 */
export function compareClaims(
  before: readonly Counter[],
  held: Held,
  after: readonly Counter[],
): { differences: CounterDifference[]; changed: Key[]; compared: number } {
  const [first, last] = [before, after].map((list) => new Map(list.map((counter) => [nameOf(counter), counter])));
  const names = new Set([...(first?.keys() ?? []), ...(last?.keys() ?? []), ...held.keys()]);
  const differences: CounterDifference[] = [];
  const changed: Key[] = [];
  for (const name of names) {
    const key = held.get(name) ?? last?.get(name) ?? first?.get(name);
    if (!key) continue;
    const { pk, sk } = key;
    const found = last?.get(name)?.used ?? 0;
    const expected = held.get(name)?.count ?? 0;
    if ((first?.get(name)?.used ?? 0) !== found) changed.push({ pk, sk });
    else if (found !== expected) differences.push({ pk, sk, found, expected });
  }
  return { differences, changed, compared: names.size };
}

/** The differences that two passes found: an order that changes its status while orders are read may be missed. */
export const confirmed = (
  before: readonly CounterDifference[],
  now: readonly CounterDifference[],
): CounterDifference[] => {
  const seen = new Map(before.map((each) => [nameOf(each), each]));
  return now.filter((each) => {
    const earlier = seen.get(nameOf(each));
    return earlier?.found === each.found && earlier.expected === each.expected;
  });
};

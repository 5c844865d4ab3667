import type { Action, Key } from '../dynamodb/database.ts';
import type { CompiledPromotion, Claim, PromotionPolicy, Remaining } from '../pricing/promotions/types.ts';
import { budgetPeriod } from './budget-period.ts';
import { allotments, openAllotments, spread } from './allotments.ts';
import { customerHashes, type Identity } from './customer-hash.ts';

/** Who orders what kind of goods, as far as limits count it. */
export type Buyer = {
  currency: string;
  customer?: Identity | undefined;
  /** Time of pricing, in milliseconds: it decides on the period of a budget. */
  at: number;
  /** Entered codes in their normal form, in their order. */
  codes: readonly string[];
};
type Policy = Pick<PromotionPolicy, 'foldsEmailTags' | 'timeZone'>;

/** A counter that an order raises by `count`, on condition that it is at most `most` then. */
export type CounterClaim = Key & { count: number; most: number };

/** Counters as they were read, by `nameOf` their key. A counter that does not exist is 0. */
export type Counts = ReadonlyMap<string, number>;
export const nameOf = ({ pk, sk }: Key): string => `${pk}\0${sk}`;

/** The counters of first orders: a promotion of the first order counts under it, so that two first orders get it once. */
export const firstOrder = '*first-order';

export const limitPartition = (promotionId: string) => `LIMIT#${promotionId}`;
export const customerKey = (customerHash: string, promotionId: string): Key => ({
  pk: `CUSTOMER#${customerHash}`,
  sk: promotionId,
});
const shardKey = (promotionId: string, counter: string, shard: number): Key => ({
  pk: limitPartition(promotionId),
  sk: `${counter}#${shard}`,
});
const shardKeys = ({ promotionId, shards }: CompiledPromotion, counter: string): Key[] =>
  Array.from({ length: shards }, (_, shard) => shardKey(promotionId, counter, shard));

/** Limits below it have one counter, others 16: each takes 1,000 write units a second. */
const shardedFrom = 1000;
const shardCount = 16;
/** Counters of each limit of a promotion. Fixed when it is created: a counter is not split. */
export const shardsFor = ({ limits = {} }: Pick<CompiledPromotion, 'limits'>): number => {
  const { total = 0, units = 0, perCode = 0, budgetMinor = {} } = limits;
  // A budget in minor units is used up by far fewer orders.
  const budget = Math.max(0, ...Object.values(budgetMinor).map((minor = 0) => minor / 100));
  return Math.max(total, units, perCode, budget) < shardedFrom ? 1 : shardCount;
};

type Limited = Pick<CompiledPromotion, 'limits'>;
/** Whether a limit is lower than before, or counts again after it was removed: shards may have used more than their part. */
export function areLowered({ limits: before = {} }: Limited, { limits: after = {} }: Limited): boolean {
  const budgets = Object.entries(after.budgetMinor ?? {}).map(([currency, minor]) => [
    new Map(Object.entries(before.budgetMinor ?? {})).get(currency),
    minor,
  ]);
  const counts = [
    [before.total, after.total],
    [before.units, after.units],
    [before.perCode, after.perCode],
  ];
  return [...counts, ...budgets].some(([was, is]) => is !== undefined && (was === undefined || is < was));
}

/** A limit that all customers share: its counter and what it allows. */
type SharedLimit = { counter: string; limit: number; kind: 'uses' | 'code' | 'units' | 'budgetMinor' };

/** The shared code of this promotion that the buyer entered first. */
const sharedCodeOf = ({ codes = [] }: CompiledPromotion, entered: readonly string[]) =>
  entered.find((code) => codes.includes(code));

function sharedLimits(promotion: CompiledPromotion, buyer: Buyer, { timeZone }: Policy, code?: string): SharedLimit[] {
  const { limits = {}, schedule } = promotion;
  const { total, units, perCode, budgetMinor = {}, budgetPer = 'total' } = limits;
  const budget = new Map(Object.entries(budgetMinor)).get(buyer.currency);
  const period = budget === undefined ? '' : budgetPeriod(budgetPer, buyer.at, schedule.zone ?? timeZone);
  const counted = code ?? sharedCodeOf(promotion, buyer.codes);
  const shared = counted !== undefined && promotion.codes?.includes(counted) ? counted : undefined;
  return [
    { counter: 'USES', limit: total, kind: 'uses' as const },
    { counter: `CODE#${shared}`, limit: shared === undefined ? undefined : perCode, kind: 'code' as const },
    { counter: 'UNITS', limit: units, kind: 'units' as const },
    { counter: `BUDGET#${buyer.currency}#${period}`, limit: budget, kind: 'budgetMinor' as const },
  ].flatMap(({ counter, limit, kind }) => (limit === undefined ? [] : [{ counter, limit, kind }]));
}

/** Whether an order with this promotion claims anything. */
export const isLimited = ({ limits = {}, audience }: CompiledPromotion): boolean =>
  Object.keys(limits).some((name) => name !== 'budgetPer' && name !== 'budgetPolicy') ||
  audience?.firstOrderOnly === true;

/** The counters that decide on the promotion for this buyer, but for the item of a unique code. */
export function countersOf(promotion: CompiledPromotion, buyer: Buyer, policy: Policy): Key[] {
  const shared = sharedLimits(promotion, buyer, policy).flatMap(({ counter }) => shardKeys(promotion, counter));
  return [...shared, ...customerLimits(promotion, buyer, policy).flatMap(({ keys }) => keys)];
}

/** The limits of each customer: uses of the promotion, and one first order. */
function customerLimits(
  { promotionId, limits = {}, audience }: CompiledPromotion,
  { customer = {} }: Buyer,
  policy: Policy,
): { limit: number; keys: Key[] }[] {
  const { perCustomer } = limits;
  const isFirst = audience?.firstOrderOnly === true;
  if (perCustomer === undefined && !isFirst) return [];
  const hashes = customerHashes(customer, policy);
  if (hashes.length === 0) return [];
  const keysOf = (id: string) => hashes.map((each) => customerKey(each, id));
  return [
    ...(perCustomer === undefined ? [] : [{ limit: perCustomer, keys: keysOf(promotionId) }]),
    ...(isFirst ? [{ limit: 1, keys: keysOf(firstOrder) }] : []),
  ];
}

const usedOf = (promotion: CompiledPromotion, counter: string, counts: Counts): number[] =>
  shardKeys(promotion, counter).map((key) => counts.get(nameOf(key)) ?? 0);
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

/** What these counters leave of the promotion's limits. */
export function remainingFrom(promotion: CompiledPromotion, buyer: Buyer, policy: Policy, counts: Counts): Remaining {
  const left = new Map(
    sharedLimits(promotion, buyer, policy).map(({ counter, limit, kind }) => [
      kind,
      Math.max(0, limit - sum(usedOf(promotion, counter, counts))),
    ]),
  );
  const uses = [left.get('uses'), left.get('code')].filter((each) => each !== undefined);
  const ownUses = customerLimits(promotion, buyer, policy).map(({ limit, keys }) =>
    Math.max(0, limit - Math.max(...keys.map((key) => counts.get(nameOf(key)) ?? 0))),
  );
  return {
    uses: uses.length > 0 ? Math.min(...uses) : undefined,
    customerUses: ownUses.length > 0 ? Math.min(...ownUses) : undefined,
    units: left.get('units'),
    budgetMinor: left.get('budgetMinor'),
  };
}

/** Whether little is left of a limit that all customers share, so that a claim without reading its counters may fail. */
export const isNearlyUsedUp = (promotion: CompiledPromotion, buyer: Buyer, policy: Policy, counts: Counts): boolean =>
  sharedLimits(promotion, buyer, policy).some(
    ({ counter, limit }) => sum(usedOf(promotion, counter, counts)) * 4 >= limit * 3,
  );

/**
 * The counters that a claim raises. Without `counts`, it takes the allotment of the shard that `seed` selects. With the
 * counters as read, it takes shards with room, one if possible. Undefined: they have too little left.
 */
export function claimCounters(
  claim: Claim,
  promotion: CompiledPromotion,
  { buyer, policy, seed, counts }: { buyer: Buyer; policy: Policy; seed: number; counts?: Counts | undefined },
): CounterClaim[] | undefined {
  const { promotionId, limits = {} } = promotion;
  const wanted = { uses: claim.uses, code: claim.uses, units: claim.units, budgetMinor: claim.budgetMinor };
  const claims: CounterClaim[] = [];
  for (const { counter, limit, kind } of sharedLimits(promotion, buyer, policy, claim.code)) {
    const count = wanted[kind] ?? 0;
    const used = counts ? usedOf(promotion, counter, counts) : allotments(0, promotion.shards);
    const most = counts ? openAllotments(limit, used) : allotments(limit, promotion.shards);
    const shares = spread(
      count,
      most.map((each, shard) => each - (used[shard] ?? 0)),
      seed,
    );
    if (!shares) return undefined;
    for (const { shard, count: share } of shares) {
      claims.push({ ...shardKey(promotionId, counter, shard), count: share, most: most[shard] ?? 0 });
    }
  }
  if (limits.perCustomer !== undefined && claim.uses) {
    const most = limits.perCustomer;
    for (const each of customerHashes(buyer.customer ?? {}, policy)) {
      const key = customerKey(each, promotionId);
      if ((counts?.get(nameOf(key)) ?? 0) >= most) return undefined;
      claims.push({ ...key, count: 1, most });
    }
  }
  return claims;
}

/** The claim of a first order under each hash of the customer, for all promotions of the first order together. */
export const claimFirstOrder = (customer: Identity, policy: Policy): CounterClaim[] =>
  customerHashes(customer, policy).map((each) => Object.assign(customerKey(each, firstOrder), { count: 1, most: 1 }));

/** One claim per counter, with the sum of the counts: a transaction has one action per item. */
export const mergedClaims = (claims: readonly CounterClaim[]): CounterClaim[] =>
  [...Map.groupBy(claims, nameOf).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const most = Math.min(...same.map((claim) => claim.most));
    return [{ pk: first.pk, sk: first.sk, count: sum(same.map(({ count }) => count)), most }];
  });

/** Raises the counter, as an action of the order's transaction. Its condition fails if the counter would be above `most`. */
export const claimAction = (table: string, { pk, sk, count, most }: CounterClaim): Action => ({
  Update: {
    TableName: table,
    Key: { pk, sk },
    UpdateExpression: 'ADD #used :count',
    ConditionExpression: count <= most ? 'attribute_not_exists(#used) OR #used <= :room' : '#used <= :room',
    ExpressionAttributeNames: { '#used': 'used' },
    ExpressionAttributeValues: { ':count': count, ':room': most - count },
  },
});

/**
 * Lowers the counter, as an action of the transaction that ends the claim: its condition on the order's version prevents a
 * second release. It has no condition of its own, so that a counter that was repaired wrongly blocks no cancellation.
 */
export const releaseAction = (table: string, { pk, sk, count }: Key & { count: number }): Action => ({
  Update: {
    TableName: table,
    Key: { pk, sk },
    UpdateExpression: 'ADD #used :count',
    ExpressionAttributeNames: { '#used': 'used' },
    ExpressionAttributeValues: { ':count': -count },
  },
});

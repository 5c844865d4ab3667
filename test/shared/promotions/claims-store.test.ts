import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { transact } from '../../../shared/dynamodb/database.ts';
import { isRetryableError, retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { createClaimsStore } from '../../../shared/promotions/claims-store.ts';
import {
  areLowered,
  type Buyer,
  claimAction,
  claimCounters,
  claimFirstOrder,
  countersOf,
  isLimited,
  mergedClaims,
  nameOf,
  releaseAction,
  remainingFrom,
  shardsFor,
} from '../../../shared/promotions/limit-counters.ts';
import { withConflicts } from '../../support/database/conflicting-database.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { aPromotion } from '../../support/promotions.ts';

const { db } = databaseForAll();
const table = tables.PROMOTION_TABLE_NAME;
const store = createClaimsStore(db, table);
const policy = { foldsEmailTags: false, timeZone: 'Europe/London' };
const at = Date.UTC(2026, 10, 30, 12);
const buyer = (given: Partial<Buyer> = {}): Buyer => ({ currency: 'GBP', at, codes: [], ...given });

let made = 0;
const unique = (given: Partial<CompiledPromotion>) => aPromotion({ promotionId: `p-${(made += 1)}`, ...given });
const remaining = async (promotion: CompiledPromotion, who = buyer()) =>
  (await store.remaining([promotion], who, policy)).get(promotion.promotionId);

type Wanted = { uses?: 1; units?: number; budgetMinor?: number; code?: string };
/** Claims as an order does: without reading, then on what is left. `none`: the limit is reached. */
const claimOnce = (promotion: CompiledPromotion, wanted: Wanted, seed: number, who = buyer(), through = db) => {
  let isRead = false;
  return retryOnConflict(60_000, async () => {
    const counts = isRead ? await store.counts(countersOf(promotion, who, policy)) : undefined;
    isRead = true;
    const claim = { promotionId: promotion.promotionId, ...wanted };
    const claims = claimCounters(claim, promotion, { buyer: who, policy, seed, counts });
    if (!claims) return counts ? 'none' : undefined;
    const actions = claims.map((each) => claimAction(table, each));
    return (await transact(through, actions)) === 'done' ? claims : undefined;
  });
};

describe('counters of a promotion', () => {
  test.each([
    ['uses in total', { total: 3 }, { uses: 1 as const }, { uses: 2 }],
    ['units', { units: 10 }, { units: 4 }, { units: 6 }],
    ['a budget', { budgetMinor: { GBP: 500 } }, { budgetMinor: 120 }, { budgetMinor: 380 }],
    [
      'all of them',
      { total: 3, units: 10, budgetMinor: { GBP: 500 } },
      { uses: 1 as const, units: 1, budgetMinor: 7 },
      {
        uses: 2,
        units: 9,
        budgetMinor: 493,
      },
    ],
  ])('%s: a claim lowers what is left, and its release restores it', async (_name, limits, wanted, left) => {
    const promotion = unique({ limits });
    const before = await remaining(promotion);
    const claims = await claimOnce(promotion, wanted, 0);
    expect(await remaining(promotion)).toMatchObject(left);
    expect(claims).not.toBe('none');
    if (claims !== 'none')
      await transact(
        db,
        claims.map((each) => releaseAction(table, each)),
      );
    expect(await remaining(promotion)).toEqual(before);
  });

  test.each([
    ['day', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'],
    ['week', '2026-12-06T23:59:59Z', '2026-12-07T00:00:00Z'],
    ['month', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'],
  ] as const)('a budget per %s starts again with the next one', async (budgetPer, last, next) => {
    const promotion = unique({ limits: { budgetMinor: { GBP: 100 }, budgetPer } });
    await claimOnce(promotion, { budgetMinor: 100 }, 0, buyer({ at: Date.parse(last) }));
    expect(await remaining(promotion, buyer({ at: Date.parse(last) }))).toMatchObject({ budgetMinor: 0 });
    expect(await remaining(promotion, buyer({ at: Date.parse(next) }))).toMatchObject({ budgetMinor: 100 });
  });

  test('the period of a budget is in the zone of the schedule, else of the store', async () => {
    const limits = { budgetMinor: { GBP: 100 }, budgetPer: 'day' as const };
    const late = buyer({ at: Date.parse('2026-11-30T23:00:00Z') });
    const inTaipei = unique({ limits, schedule: { zone: 'Asia/Taipei' } });
    expect(countersOf(inTaipei, late, policy)[0]?.sk).toBe('BUDGET#GBP#2026-12-01#0');
    expect(countersOf(unique({ limits }), late, policy)[0]?.sk).toBe('BUDGET#GBP#2026-11-30#0');
  });

  test('uses of each shared code are counted for themselves', async () => {
    const promotion = unique({ codes: ['SPRING', 'AUTUMN'], limits: { perCode: 1 } });
    const spring = buyer({ codes: ['SPRING'] });
    expect(await claimOnce(promotion, { uses: 1, code: 'SPRING' }, 0, spring)).not.toBe('none');
    expect(await remaining(promotion, spring)).toMatchObject({ uses: 0 });
    expect(await claimOnce(promotion, { uses: 1, code: 'SPRING' }, 0, spring)).toBe('none');
    expect(await remaining(promotion, buyer({ codes: ['AUTUMN'] }))).toMatchObject({ uses: 1 });
  });

  test('a customer is known by id and by e-mail address, in any spelling', async () => {
    const promotion = unique({ limits: { perCustomer: 1 } });
    const ada = buyer({ customer: { id: 'ada', email: 'Ada@Example.com ' } });
    expect(await claimOnce(promotion, { uses: 1 }, 0, ada)).not.toBe('none');
    const others = [{ id: 'ada' }, { email: 'ada@example.com' }, { id: 'bob', email: 'ADA@example.com' }];
    for (const customer of others) {
      expect(await remaining(promotion, buyer({ customer }))).toMatchObject({ customerUses: 0 });
      expect(await claimOnce(promotion, { uses: 1 }, 0, buyer({ customer }))).toBe('none');
    }
    const tagged = buyer({ customer: { email: 'ada+2@example.com' } });
    expect(await remaining(promotion, tagged)).toMatchObject({ customerUses: 1 });
    const folded = countersOf(promotion, tagged, { ...policy, foldsEmailTags: true });
    expect(folded).toEqual(countersOf(promotion, buyer({ customer: { email: 'ada@example.com' } }), policy));
    expect(await remaining(promotion, buyer())).toMatchObject({ customerUses: undefined });
  });

  test('a first order is claimed once for a customer, in whatever promotion', async () => {
    const claims = claimFirstOrder({ id: 'first', email: 'first@example.com' }, policy);
    expect(claims).toHaveLength(2);
    const claim = () =>
      transact(
        db,
        claims.map((each) => claimAction(table, each)),
      );
    expect([await claim(), await claim()]).toEqual(['done', 'version-conflict']);
  });

  test('limits from 1,000 on have 16 counters', () => {
    expect(shardsFor({ limits: { total: 999 } })).toBe(1);
    expect(shardsFor({ limits: { units: 1000 } })).toBe(16);
    expect(shardsFor({ limits: { budgetMinor: { GBP: 100_000 } } })).toBe(16);
    expect(shardsFor({})).toBe(1);
    expect([isLimited(aPromotion()), isLimited(aPromotion({ limits: { budgetPer: 'day' } }))]).toEqual([false, false]);
    expect(isLimited(aPromotion({ audience: { firstOrderOnly: true } }))).toBe(true);
  });

  test.each([
    [{ total: 10 }, { total: 9 }, true],
    [{ total: 10 }, { total: 11 }, false],
    [{ total: 10 }, {}, false],
    [{}, { units: 5 }, true],
    [{ budgetMinor: { GBP: 5 } }, { budgetMinor: { GBP: 4 } }, true],
    [{ budgetMinor: { GBP: 5 } }, { budgetMinor: { GBP: 5 } }, false],
    [{ budgetMinor: { GBP: 5 } }, { budgetMinor: { GBP: 5, EUR: 5 } }, true],
  ])('limits %j then %j are lowered: %j', (before, after, isLowered) => {
    expect(areLowered({ limits: before }, { limits: after })).toBe(isLowered);
  });

  test('the claims of a group are one action for each counter', () => {
    const claims = [0, 0, 0].flatMap(
      (seed) =>
        claimCounters({ promotionId: 'sale', uses: 1 }, aPromotion({ limits: { total: 5 } }), {
          buyer: buyer(),
          policy,
          seed,
        }) ?? [],
    );
    expect(mergedClaims(claims)).toEqual([{ pk: 'LIMIT#sale', sk: 'USES#0', count: 3, most: 5 }]);
  });
});

describe('limits of sharded counters', () => {
  test('an order takes several shards if none has enough left', async () => {
    const promotion = unique({ limits: { units: 40 }, shards: 16 });
    expect(await claimOnce(promotion, { units: 38 }, 5)).toHaveLength(15);
    expect(await claimOnce(promotion, { units: 3 }, 5)).toBe('none');
    expect(await claimOnce(promotion, { units: 2 }, 5)).not.toBe('none');
    expect(await remaining(promotion)).toMatchObject({ units: 0 });
  });

  test('a higher and a lower limit hold without a change of the counters', async () => {
    const promotion = unique({ limits: { total: 32 }, shards: 16 });
    const atShardZero = { ...promotion, limits: { total: 16 * 20 } };
    for (let use = 0; use < 20; use += 1) await claimOnce(atShardZero, { uses: 1 }, 0);
    const claimAll = async (current: CompiledPromotion) => {
      let claimed = 0;
      const claim = async (seed: number) => {
        const counts = await store.counts(countersOf(current, buyer(), policy));
        const wanted = { promotionId: current.promotionId, uses: 1 as const };
        const claims = claimCounters(wanted, current, { buyer: buyer(), policy, seed, counts });
        if (!claims) return false;
        claimed +=
          (await transact(
            db,
            claims.map((each) => claimAction(table, each)),
          )) === 'done'
            ? 1
            : 0;
        return true;
      };
      for (let seed = 0; await claim(seed); seed += 1);
      return claimed;
    };
    expect(await claimAll(promotion)).toBe(12);
    expect(await claimAll({ ...promotion, limits: { total: 48 } })).toBe(16);
    expect(await claimAll({ ...promotion, limits: { total: 30 } })).toBe(0);
    expect(await remaining({ ...promotion, limits: { total: 30 } })).toMatchObject({ uses: 0 });
  });
});

describe('concurrent claims', () => {
  test.each([
    ['20 units at a flash price', { units: 20 }, { units: 1 }, 20, 1],
    ['a code with 10 uses', { total: 10 }, { uses: 1 as const }, 10, 1],
    ['20 units in 16 shards', { units: 20 }, { units: 1 }, 20, 16],
    ['20 units in 16 shards for orders of three', { units: 20 }, { units: 3 }, 6, 16],
  ])('%s: of 50 orders exactly as many get it as there are', async (_name, limits, wanted, expected, shards) => {
    const promotion = unique({ limits, shards });
    const conflicting = withConflicts(db, { conflicts: 20 });
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, seed) => claimOnce(promotion, wanted, seed, buyer(), conflicting)),
    );
    expect(outcomes.filter((outcome) => outcome !== 'none')).toHaveLength(expected);
  });

  test('a function that is killed after its commit has claimed once', async () => {
    const promotion = unique({ limits: { units: 10 } });
    const crashing = withCrash(db, { transaction: 1, when: 'after' });
    await expect(claimOnce(promotion, { units: 1 }, 0, buyer(), crashing)).rejects.toThrow('Crashed');
    expect(await remaining(promotion)).toMatchObject({ units: 9 });
  });

  test('a conflict is retryable, and says nothing about the limit', async () => {
    const promotion = unique({ limits: { units: 1 } });
    const claims = claimCounters({ promotionId: promotion.promotionId, units: 1 }, promotion, {
      buyer: buyer(),
      policy,
      seed: 0,
    });
    const actions = (claims ?? []).map((each) => claimAction(table, each));
    const error = await transact(withConflicts(db, { conflicts: 1 }), actions).catch((thrown: unknown) => thrown);
    expect(isRetryableError(error)).toBe(true);
    expect(await remaining(promotion)).toMatchObject({ units: 1 });
  });
});

test('a counter that is above its limit leaves nothing, not less', async () => {
  const promotion = unique({ limits: { total: 5 } });
  const [key] = countersOf(promotion, buyer(), policy);
  await db.send(
    new UpdateCommand({
      TableName: table,
      Key: { pk: key?.pk, sk: key?.sk },
      UpdateExpression: 'ADD used :n',
      ExpressionAttributeValues: { ':n': 9 },
    }),
  );
  const counts = await store.counts(countersOf(promotion, buyer(), policy));
  expect(counts.get(nameOf(key ?? { pk: '', sk: '' }))).toBe(9);
  expect(remainingFrom(promotion, buyer(), policy, counts)).toMatchObject({ uses: 0 });
});

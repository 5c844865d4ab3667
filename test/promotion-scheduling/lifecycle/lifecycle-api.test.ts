import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { noon } from '../../support/builders.ts';
import { databaseForAll } from '../../support/database/dynamodb.ts';
import { promotionRoutes } from '../promotion-builders.ts';

const { db } = databaseForAll();
const { create, put, get, act, set, inForce } = promotionRoutes(db);
const approvalAboveMinor = { GBP: 100_000 };
const policy = { resolution: 'priority', codePolicy: 'lenient', foldsEmailTags: false, approvalAboveMinor } as const;
const guarded = promotionRoutes(db, { policy });
const budget = (minor: number) => ({ limits: { budgetMinor: { GBP: minor } } });
const tagOf = ({ headers }: HttpResponse) => headers?.['etag'] ?? '';
const compiled = async (id: string) => (await set()).promotions.find(({ promotionId }) => promotionId === id);

describe('a promotion in force', () => {
  test('is paused and resumed, each once', async () => {
    await create('paused');
    expect(await act('pause', 'paused')).toMatchObject({ status: 200, body: { state: 'paused', version: 2 } });
    expect(await act('pause', 'paused')).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await compiled('paused')).toMatchObject({ paused: true, version: 1 });
    expect(await act('resume', 'paused')).toMatchObject({ status: 200, body: { state: 'active', version: 3 } });
    expect((await compiled('paused'))?.paused).toBeUndefined();
  });

  test('is ended early for ever', async () => {
    await create('over', { schedule: { end: '2026-12-31T00:00' } });
    expect(await act('end', 'over')).toMatchObject({
      status: 200,
      body: { state: 'ended', endedAt: new Date(noon).toISOString() },
    });
    expect(await compiled('over')).toMatchObject({ endedAt: noon });
    expect(await act('end', 'over')).toMatchObject({ status: 200 });
    expect(await act('pause', 'over')).toMatchObject({
      status: 409,
      body: { type: 'illegal-transition', currentStatus: 'ended' },
    });
    expect(await put('over', { name: 'Again' }, '"2"')).toMatchObject({
      status: 409,
      body: { type: 'promotion-ended' },
    });
  });

  test.each([
    ['resume', 'a draft', { draft: true }],
    ['pause', 'a draft', { draft: true }],
    ['approve', 'a promotion in force', {}],
    ['reject', 'a draft', { draft: true }],
    ['reject', 'a promotion in force', {}],
  ] as const)('refuses to %s %s', async (action, _of, content) => {
    const id = `illegal-${action}-${Object.keys(content).length}`;
    await create(id, content);
    expect(await act(action, id, { by: 'admin', ifMatch: '"1"' })).toMatchObject({
      status: 409,
      body: { type: 'illegal-transition' },
    });
  });

  test('is not changed by an action on another version, or on none', async () => {
    await create('tagged');
    expect(await act('pause', 'tagged', { ifMatch: '"2"' })).toMatchObject({ status: 412, headers: { etag: '"1"' } });
    expect(await act('pause', 'nothing')).toMatchObject({ status: 404 });
  });

  test('is in every set after twenty concurrent pauses and resumes', async () => {
    await Promise.all(['x', 'y'].map((id) => create(`storm-${id}`)));
    const actions = Array.from({ length: 20 }, (_, index) =>
      act(index % 3 === 0 ? 'resume' : 'pause', index % 2 ? 'storm-x' : 'storm-y'),
    );
    await Promise.all(actions);
    for (const id of ['storm-x', 'storm-y']) {
      const { body } = await get(id);
      expect((await compiled(id))?.paused ?? false).toBe((body as { state: string }).state === 'paused');
    }
  });
});

describe('a promotion above the budget that one person decides on', () => {
  test('waits for another person, and is in force once that person approved what was read', async () => {
    const created = await guarded.create('big', budget(100_001));
    expect(created).toMatchObject({
      status: 201,
      body: {
        state: 'pending-approval',
        approval: { status: 'pending', requestedBy: 'marketing', mayApprove: { except: ['marketing'] } },
      },
    });
    expect(await inForce()).not.toContain('big');
    const ifMatch = tagOf(created);
    expect(await guarded.act('approve', 'big', { ifMatch })).toMatchObject({
      status: 403,
      body: { type: 'own-change' },
    });
    expect(await guarded.act('approve', 'big', { by: 'admin' })).toMatchObject({ status: 428 });
    expect(await guarded.act('approve', 'big', { by: 'admin', ifMatch: '"7"' })).toMatchObject({ status: 412 });
    const approved = await guarded.act('approve', 'big', { by: 'admin', ifMatch, comment: 'Agreed' });
    expect(approved).toMatchObject({
      status: 200,
      body: { state: 'active', approval: { status: 'approved', decidedBy: 'admin', comment: 'Agreed' } },
    });
    expect(await guarded.act('approve', 'big', { by: 'admin', ifMatch })).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
    expect(await compiled('big')).toMatchObject({ version: 2 });
  });

  test('is a draft again when it is rejected, and needs an approval when it is submitted again', async () => {
    await guarded.create('rejected', budget(200_000));
    const rejected = await guarded.act('reject', 'rejected', { by: 'admin', comment: 'Too much' });
    expect(rejected).toMatchObject({
      status: 200,
      body: { state: 'draft', approval: { status: 'rejected', comment: 'Too much' } },
    });
    expect(await guarded.act('submit', 'rejected')).toMatchObject({ body: { state: 'pending-approval' } });
    expect(await inForce()).not.toContain('rejected');
  });

  test('cannot be approved by anybody who changed it since', async () => {
    await guarded.create('many', budget(200_000));
    const edited = await guarded.put('many', { ...budget(300_000) }, '"1"', 'admin');
    expect(edited).toMatchObject({ body: { approval: { mayApprove: { except: ['marketing', 'admin'] } } } });
    for (const by of ['marketing', 'admin']) {
      expect(await guarded.act('approve', 'many', { by, ifMatch: tagOf(edited) })).toMatchObject({ status: 403 });
    }
    expect(await guarded.act('approve', 'many', { by: 'finance', ifMatch: tagOf(edited) })).toMatchObject({
      status: 200,
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ['no limit', {}],
    ['a percentage of an unlimited amount, with uses', { limits: { total: 10 } }],
    ['a cap and too many uses', { capMinor: { GBP: 1001 }, limits: { total: 100 } }],
    ['a budget in a currency without a threshold', { limits: { budgetMinor: { EUR: 1 } } }],
    ['a budget per day without an end', { limits: { budgetMinor: { GBP: 100 }, budgetPer: 'day' } }],
    [
      'a budget per day for too many days',
      {
        schedule: { start: '2026-04-01T00:00', end: '2026-07-10T00:00' },
        limits: { budgetMinor: { GBP: 1000 }, budgetPer: 'day' },
      },
    ],
  ])('is one with %s', async (name, content) => {
    const id = `above-${name.replaceAll(/\W/g, '')}`;
    expect(await guarded.create(id, content)).toMatchObject({ body: { state: 'pending-approval' } });
  });

  test.each<[string, Record<string, unknown>]>([
    ['a budget at the threshold', budget(100_000)],
    ['a cap and few uses', { capMinor: { GBP: 1000 }, limits: { total: 100 } }],
    [
      'an amount and few uses',
      { discount: { kind: 'amount', level: 'order', amountMinor: { GBP: 500 } }, limits: { total: 200 } },
    ],
    [
      'a budget per day for few days',
      {
        schedule: { start: '2026-03-06T00:00', end: '2026-03-16T00:00' },
        limits: { budgetMinor: { GBP: 1000 }, budgetPer: 'day' },
      },
    ],
  ])('is not one with %s', async (name, content) => {
    const id = `below-${name.replaceAll(/\W/g, '')}`;
    expect((await guarded.create(id, content)).body).toMatchObject({ inForceVersion: 1 });
  });

  test.each<[string, Record<string, unknown>, boolean]>([
    ['a higher discount', { discount: { kind: 'percent', level: 'line', basisPoints: 1001 } }, true],
    ['a lower discount', { discount: { kind: 'percent', level: 'line', basisPoints: 999 } }, false],
    ['another kind', { discount: { kind: 'percent', level: 'order', basisPoints: 1000 } }, true],
    ['a higher budget', budget(300_000), true],
    ['a lower budget', budget(150_000), false],
    ['no budget', { limits: {} }, true],
    ['a budget per day', { limits: { budgetMinor: { GBP: 200_000 }, budgetPer: 'day' } }, true],
    ['a later end', { schedule: { end: '2026-12-01T00:00' } }, true],
    ['an earlier end', { schedule: { end: '2026-10-01T00:00' } }, false],
    ['other goods', { eligible: { all: true, except: { categories: [] } } }, true],
    ['a lower threshold', { condition: { minUnits: 1 } }, true],
    ['other codes', { codes: ['PUBLIC10'] }, true],
    ['another priority', { priority: 5 }, true],
    [
      'a part of the discount from the rest of the budget',
      { limits: { ...budget(200_000).limits, budgetPolicy: 'partial' } },
      true,
    ],
    ['a holdout', { holdoutShare: 1000 }, false],
    ['another name', { name: 'Renamed' }, false],
  ])(
    'with an approval and a change to %s keeps what is in force until it is approved, if it gives more',
    async (name, content, isPending) => {
      const id = `change-${name.replaceAll(/\W/g, '')}`;
      const base = { ...budget(200_000), schedule: { end: '2026-11-01T00:00' } };
      await guarded.create(id, base);
      await guarded.act('approve', id, { by: 'admin', ifMatch: '"1"' });
      const changed = await guarded.put(id, { ...base, ...content }, '"2"');
      expect(changed).toMatchObject({ status: 200, body: { state: 'active', inForceVersion: isPending ? 2 : 3 } });
      expect((changed.body as { approval?: { status: string } }).approval?.status).toBe(
        isPending ? 'pending' : undefined,
      );
      expect(await compiled(id)).toMatchObject({ version: isPending ? 2 : 3 });
    },
  );
});

describe('promotions that are exclusive on the order', () => {
  const exclusives = promotionRoutes(db);
  const exclusive = (prefix: string, index: number, content: Record<string, unknown>) =>
    exclusives.create(`${prefix}-${String(index).padStart(2, '0')}`, { exclusive: 'order', ...content });
  const many = async (prefix: string, count: number, content: (index: number) => Record<string, unknown>) => {
    const statuses: number[] = [];
    for (let index = 0; index < count; index += 1)
      statuses.push((await exclusive(prefix, index, content(index))).status);
    return statuses;
  };
  const year = (from: string, to: string) => ({ schedule: { start: `${from}-01-01T00:00`, end: `${to}-01-01T00:00` } });

  test('are at most 16 at one time: the seventeenth is refused with the others', async () => {
    const responses = await Promise.all(
      Array.from({ length: 17 }, (_, index) => exclusive('ex', index, year('2031', '2032'))),
    );
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 16 }, () => 201),
      422,
    ]);
    const refused = responses.find(({ status }) => status === 422);
    expect(refused?.body).toMatchObject({ type: 'too-many-exclusive', errors: [{ pointer: '/exclusive' }] });
    expect(Object(refused?.body).promotions).toHaveLength(16);
    // The next year is free, also for one that ends when they start.
    expect(await exclusives.create('ex-later', { exclusive: 'order', ...year('2032', '2033') })).toMatchObject({
      status: 201,
    });
    expect(await exclusives.create('ex-before', { exclusive: 'order', ...year('2030', '2031') })).toMatchObject({
      status: 201,
    });
    expect(await exclusives.create('ex-line', { exclusive: 'line', ...year('2031', '2032') })).toMatchObject({
      status: 201,
    });
  });

  test('count when they are paused, and no more when they are ended', async () => {
    await many('pa', 16, () => year('2041', '2042'));
    await exclusives.act('pause', 'pa-03');
    const another = () => exclusives.create('pa-more', { exclusive: 'order', ...year('2041', '2042') });
    expect(await another()).toMatchObject({ status: 422 });
    await exclusives.act('end', 'pa-03');
    expect(await another()).toMatchObject({ status: 201 });
  });

  test('are counted by their occurrences: many of other weekdays are no conflict', async () => {
    const weekday = (index: number) => ({
      schedule: {
        start: '2051-01-01T00:00',
        end: '2051-06-01T00:00',
        rrule: `FREQ=WEEKLY;BYDAY=${['MO', 'TU'][index % 2]}`,
      },
    });
    expect(await many('re', 32, weekday)).toEqual(Array.from({ length: 32 }, () => 201));
    expect(await exclusives.create('re-more', { exclusive: 'order', ...weekday(0) })).toMatchObject({ status: 422 });
  });

  test('may be drafts, and are counted when they are submitted or approved', async () => {
    await many('dr', 16, () => year('2061', '2062'));
    await exclusives.create('dr-more', { exclusive: 'order', draft: true, ...year('2061', '2062') });
    expect(await exclusives.act('submit', 'dr-more')).toMatchObject({
      status: 422,
      body: { type: 'too-many-exclusive' },
    });
    await guarded.create('dr-guarded', { exclusive: 'order', ...year('2061', '2062') });
    expect(await guarded.act('approve', 'dr-guarded', { by: 'admin', ifMatch: '"1"' })).toMatchObject({ status: 422 });
  });
});

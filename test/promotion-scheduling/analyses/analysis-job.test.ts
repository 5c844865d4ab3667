import { randomBytes, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { analysisApi } from '../../../functions/promotion-scheduling/analyses/analysis-api.ts';
import { createAnalysisFiles } from '../../../functions/promotion-scheduling/analyses/analysis-files-client.ts';
import { runAnalysis } from '../../../functions/promotion-scheduling/analyses/analysis-job.ts';
import { createAnalysisStore } from '../../../functions/promotion-scheduling/analyses/analysis-store.ts';
import { createPricingSource } from '../../../functions/promotion-scheduling/analyses/pricing-source-store.ts';
import { createPastBaskets } from '../../../functions/promotion-scheduling/worst-case/past-baskets-client.ts';
import { analysisKinds } from '../../../functions/promotion-scheduling/analysis-kinds.ts';
import { PromotionAnalysisRequested } from '../../../shared/contracts/promotions/analysis-events.ts';
import { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import * as rehearsalRoutes from '../../../shared/contracts/promotions/rehearsal-routes.ts';
import * as replayRoutes from '../../../shared/contracts/promotions/replay-routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { LakeEvent } from '../../../shared/lake/day-events.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { lakeKey } from '../../../shared/lake/lake-keys.ts';
import { createLakeStore } from '../../../shared/lake/lake-store.ts';
import { memoryS3 } from '../../nightly-metrics/run/memory-s3.ts';
import { aCause, aPolicy, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aSet, lakeScene } from '../../support/lake-orders.ts';
import { aPromotion, putPromotions } from '../../support/promotions.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForAll();
const { db } = database;
const duckDb = createDuckDb();
const promotionId = 'sale';
const dayMs = 86_400_000;
const dayAt = (days: number) => new Date(noon + days * dayMs).toISOString().slice(0, 10);
const [first, second] = [dayAt(-1), dayAt(0)];
const replayId = `replay-${first}`;
const half = PromotionDefinition.parse({
  name: 'Half',
  discount: { kind: 'percent', level: 'line', basisPoints: 5000 },
});

/** A lake and a bucket of their own, and the job with a clock. */
function scene() {
  const s3 = memoryS3();
  const files = createAnalysisFiles(s3.client, 'reports');
  const pastBaskets = createPastBaskets(async () => files);
  const store = createAnalysisStore(db, tables);
  const lake = createLakeStore(s3.client, 'lake');
  const downloaded: string[] = [];
  let failsOn: string | undefined;
  let meanwhile = async (): Promise<unknown> => undefined;
  let clock = noon;
  const job = runAnalysis({
    store,
    files,
    lake: {
      downloadDay: async (day, directory) => {
        downloaded.push(day);
        await meanwhile();
        if (day === failsOn) throw new Error('A lake file is damaged');
        return lake.downloadDay(day, directory);
      },
    },
    duckDb,
    kinds: analysisKinds(
      () =>
        createPricingSource(db, tables, { selling: aPolicy(), channels: {}, priceGuard: { belowMargin: 'refuse' } }),
      pastBaskets,
      'Europe/London',
    ),
    clock: () => clock,
  });
  const api = analysisApi({
    store,
    files: { links: async (id, names) => names.map((name) => ({ name, url: `https://s3/${id}/${name}` })) },
    promotion: async () => undefined,
    timeZone: 'Europe/London',
  });
  return {
    s3,
    api,
    pastBaskets,
    downloaded,
    fail: (day: string | undefined) => (failsOn = day),
    /** Runs while a day is read. */
    while: (run: typeof meanwhile) => (meanwhile = run),
    /** Each reading of the clock is this much later. */
    set clock(at: number) {
      clock = at;
    },
    journal(day: string, ...events: LakeEvent[]): void {
      const lines = events.map(({ id, type, occurredMs, data, customer }) =>
        JSON.stringify({
          source: 'storeworks.order-intake',
          'detail-type': type,
          detail: { metadata: { eventId: id, occurredAt: new Date(occurredMs).toISOString() }, data },
          customer,
        }),
      );
      s3.objects.set(`lake/${lakeKey(day, randomUUID())}`, gzipSync(`${lines.join('\n')}\nnot an event\n`));
    },
    async run(analysisId: string): Promise<void> {
      const requests = (await eventsOf(db, tables.PROMOTION_TABLE_NAME, `ANALYSIS#${analysisId}`)).filter(
        ({ detailType }) => detailType === 'PromotionAnalysisRequested',
      );
      const last = requests.at(-1);
      await job(
        PromotionAnalysisRequested.envelope.parse({
          source: 'storeworks.promotion-scheduling',
          'detail-type': 'PromotionAnalysisRequested',
          detail: last?.detail,
        }),
      );
    },
  };
}

const cause = aCause({ now: noon });
const rehearse = ({ api }: ReturnType<typeof scene>, content: object = {}) =>
  api.postRehearsal(
    aRequest(rehearsalRoutes.postRehearsal, {
      params: { promotionId },
      body: rehearsalRoutes.RehearsalContent.parse({
        from: first,
        to: second,
        drafts: [{ name: 'Half', definition: half }],
        ...content,
      }),
      cause,
    }),
  );
const idOf = ({ body }: HttpResponse) => (body as { rehearsalId: string }).rehearsalId;
const resultOf = async ({ api }: ReturnType<typeof scene>, rehearsalId: string) => {
  const { status, body } = await api.getRehearsal(
    aRequest(rehearsalRoutes.getRehearsal, { params: { promotionId, rehearsalId } }),
  );
  expect(status).toBe(200);
  return rehearsalRoutes.Rehearsal.parse(body);
};

describe('a rehearsal', () => {
  const { order } = lakeScene();
  const yesterday = { at: noon - dayMs, now: noon - dayMs };
  let place: ReturnType<typeof scene>;
  beforeEach(() => {
    place = scene();
    const twice = order([['MUG', 1]], yesterday);
    place.journal(first, twice, order([['TEA', 2]], yesterday));
    // The journal writes an event to two files when batches overlap.
    place.journal(first, twice);
    place.journal(second, order([['BOOK', 4]]));
  });

  test('is requested, made from the lake and read with its files', async () => {
    const requested = await rehearse(place);
    const rehearsalId = idOf(requested);
    expect(requested).toMatchObject({
      status: 202,
      headers: { location: `/promotions/sale/rehearsals/${rehearsalId}` },
      body: { status: 'requested', progress: { days: 2, daysDone: 0 } },
    });
    await place.run(rehearsalId);
    const rehearsal = await resultOf(place, rehearsalId);
    expect(rehearsal).toMatchObject({
      status: 'completed',
      progress: { days: 2, daysDone: 2, orders: 3 },
      result: {
        counts: { orders: 3, compared: 3, differing: 0 },
        drafts: [{ name: 'Half', totals: [{ orders: 3, discountMinor: 1000 + 500 + 2500 }], days: [{}, {}] }],
      },
    });
    const names = rehearsal.files?.map(({ name }) => name);
    expect(names).toEqual(['totals.csv', 'days.csv', 'baskets.csv', 'differing.csv', 'page.html', 'result.json']);
    for (const name of names ?? [])
      expect(place.s3.objects.get(`reports/promotions/${rehearsalId}/${name}`)).toBeDefined();
    // A repeated message makes nothing again.
    await place.run(rehearsalId);
    expect(place.downloaded).toEqual([first, second]);
  });

  test('goes on after the last day that was kept when a day fails', async () => {
    const rehearsalId = idOf(await rehearse(place));
    place.fail(second);
    await expect(place.run(rehearsalId)).rejects.toThrow('damaged');
    expect(await resultOf(place, rehearsalId)).toMatchObject({ status: 'failed', error: 'A lake file is damaged' });
    place.fail(undefined);
    await place.run(rehearsalId);
    expect(place.downloaded).toEqual([first, second, second]);
    expect(await resultOf(place, rehearsalId)).toMatchObject({
      status: 'completed',
      result: { counts: { orders: 3, compared: 3 } },
    });
  });

  test('whose result is too large for its item has it in its files', async () => {
    const rehearsalId = idOf(await rehearse(place));
    const store = createAnalysisStore(db, tables);
    const analysis = await store.read(rehearsalId);
    expect(analysis).toBeDefined();
    const result = { noise: randomBytes(200_000).toString('hex') };
    if (analysis) await store.complete(analysis, { result, files: ['result.json'] }, cause);
    const rehearsal = await resultOf(place, rehearsalId);
    expect(rehearsal).toMatchObject({ status: 'completed', files: [{ name: 'result.json' }] });
    expect(rehearsal).not.toHaveProperty('result.counts');
  });

  test.each<[string, object, string]>([
    ['a day that has not begun', { to: dayAt(1) }, '/to'],
    ['an end before the start', { to: dayAt(-2) }, '/to'],
    ['too many days', { from: dayAt(-92) }, '/from'],
    ['a year of days', { from: dayAt(-365) }, '/from'],
    ['a day of another millennium', { from: '9999-11-30', to: '9999-12-31' }, '/to'],
  ])('is refused for %s', async (_name, content, pointer) => {
    expect(await rehearse(place, content)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  test('of an unknown promotion without drafts is unknown, and so is that of another promotion', async () => {
    expect(await rehearse(place, { drafts: undefined })).toMatchObject({ status: 404 });
    const rehearsalId = idOf(await rehearse(place));
    const params = { promotionId: 'other', rehearsalId };
    expect(await place.api.getRehearsal(aRequest(rehearsalRoutes.getRehearsal, { params }))).toMatchObject({
      status: 404,
    });
  });
});

describe('the replay of prices', () => {
  const replay = (place: ReturnType<typeof scene>, from: string) =>
    place.api.postReplay(
      aRequest(replayRoutes.postPriceReplay, { body: replayRoutes.PriceReplayContent.parse({ from }), cause }),
    );
  const differences = async (replayId: string) =>
    (await eventsOf(db, tables.PROMOTION_TABLE_NAME, `ANALYSIS#${replayId}`)).filter(
      ({ detailType }) => detailType === 'PriceDifferencesFound',
    );

  test('prices each order by the promotions of its version, and tells the orders that differ', async () => {
    const place = scene();
    const then = { promotions: [aPromotion()] };
    const version = await putPromotions(db, then);
    await putPromotions(db, { promotions: [aPromotion({ version: 2, discount: half.discount })] });
    const set = aSet(then.promotions, version);
    const wrong = lakeScene([set]).order([['MUG', 1]], { set, change: { totalMinor: 1 } });
    place.journal(first, lakeScene([set]).order([['MUG', 3]], { set }), wrong);
    expect(await replay(place, first)).toMatchObject({
      status: 202,
      body: { replayId, status: 'requested' },
    });
    // One that runs is not requested twice.
    await replay(place, first);
    await place.run(replayId);
    const { body } = await place.api.getReplay(aRequest(replayRoutes.getPriceReplay, { params: { replayId } }));
    const { orderId } = wrong.data as { orderId: string };
    expect(body).toMatchObject({
      status: 'completed',
      result: { counts: { orders: 2, equal: 1, differing: 1 }, differing: [{ orderId, reason: 'amounts-differ' }] },
    });
    expect((await differences(replayId)).map(({ detail }) => detail.data)).toMatchObject([
      { replayId, differing: 1, orderIds: [orderId] },
    ]);
    // Its baskets are tried when a promotion is saved, those of a day that has not ended later.
    const today = dayAt(0);
    place.journal(today, lakeScene([set]).order([['TEA', 1]], { set }));
    await replay(place, today);
    await place.run(`replay-${today}`);
    const past = await place.pastBaskets.read();
    expect(past.days).toEqual([first]);
    expect(past.baskets.map(({ lines, orders }) => [lines, orders])).toEqual([
      [[['MUG', 1]], 1],
      [[['MUG', 3]], 1],
    ]);
  });

  test('of a day without orders has no difference and no alarm', async () => {
    const place = scene();
    await replay(place, dayAt(-20));
    await place.run(`replay-${dayAt(-20)}`);
    expect(await differences(`replay-${dayAt(-20)}`)).toEqual([]);
  });
});

describe('the report of a promotion', () => {
  const { order } = lakeScene();
  const wanted = (analysisId: string, endMs: number) => ({
    analysisId,
    kind: 'effect' as const,
    promotionId,
    from: second,
    to: second,
    days: 1,
    input: { promotionId, startMs: noon, endMs, daysWith: [second], daysBefore: [], hasHoldout: false },
  });
  const store = createAnalysisStore(db, tables);

  test('that is final replaces one that a person started before, also while that one is made', async () => {
    const place = scene();
    place.journal(second, order([['MUG', 1]], { at: noon, now: noon }));
    const id = 'effect-replaced';
    await store.request(wanted(id, noon + 1000), cause);
    place.while(() => store.request({ ...wanted(id, noon + 5000), isFinal: true }, aCause({ now: noon + 1 })));
    await place.run(id);
    expect(await store.read(id)).toMatchObject({ status: 'requested', version: 2, input: { endMs: noon + 5000 } });
    place.while(async () => undefined);
    await place.run(id);
    expect(await store.read(id)).toMatchObject({ status: 'completed', version: 2, daysDone: 1 });
    // The first request wrote no result, and the second one has files of its own.
    expect([...place.s3.objects.keys()].filter((key) => key.endsWith('.json'))).toEqual([
      `reports/promotions/${id}/2/result.json`,
    ]);
  });

  test.each([
    ['one that a person requested', false, 'requested', true, 2],
    ['one that a person requested and that is made', false, 'running', true, 2],
    ['one that a person requested and that failed', false, 'failed', true, 2],
    ['one that a person requested and that is completed', false, 'completed', true, 2],
    ['nothing by a repeated request of a person', false, 'running', false, 1],
    ['nothing if the final one is made already', true, 'running', true, 1],
    ['nothing by a request of a person while the final one is made', true, 'requested', false, 1],
  ] as const)('replaces %s', async (name, wasFinal, status, isFinal, version) => {
    const id = `effect-${name}`;
    await store.request({ ...wanted(id, noon + 1000), isFinal: wasFinal }, cause);
    const before = await store.read(id);
    if (!before) throw new Error('The analysis is recorded');
    if (status === 'running') await store.progress(before, { daysDone: 1, orders: 1 });
    if (status === 'failed') await store.fail(before, 'Failed');
    if (status === 'completed') await store.complete(before, { result: {}, files: [] }, cause);
    await store.request({ ...wanted(id, noon + 5000), isFinal }, cause);
    expect(await store.read(id)).toMatchObject({ version, input: { endMs: noon + (version === 1 ? 1000 : 5000) } });
  });
});

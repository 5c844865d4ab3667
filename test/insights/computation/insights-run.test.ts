import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildInsights } from '../../../functions/insights/computation/build-insights-job.ts';
import { createHistory } from '../../../functions/insights/computation/history-store.ts';
import { insightsRun } from '../../../functions/insights/computation/insights-run-job.ts';
import { Manifest } from '../../../functions/insights/computation/manifest.ts';
import { createNewestStore } from '../../../functions/insights/run/newest-store.ts';
import { createRunStore } from '../../../functions/insights/run/run-store.ts';
import { daysBefore } from '../../../shared/business-day.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { InsightsRunRequested } from '../../../shared/contracts/insights/events.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { createVersionFileStore } from '../../../shared/reports/publishing/version-file-store.ts';
import { memoryS3 } from '../../nightly-metrics/run/memory-s3.ts';
import { startReportTable } from '../../nightly-metrics/run/report-table.ts';
import { salesHistory } from '../../support/sales-history.ts';

const lastDay = '2026-11-29';
const days = 130;
const cause = { actor: 'finance', correlationId: 'c', causationId: 'r', now: Date.UTC(2026, 10, 30) };
const duckDb = createDuckDb();
let history: Map<string, Buffer>;
let table: Awaited<ReturnType<typeof startReportTable>>;
beforeAll(async () => {
  [history, table] = await Promise.all([salesHistory(lastDay, days), startReportTable()]);
});
afterAll(() => table.stop());

/** A reports bucket with 130 days, and the runs of its insights. Each ends on a day of its own, as they share a table. */
let scene: ReturnType<typeof sceneOf>;
let scenes = 0;
beforeEach(() => {
  scene = sceneOf();
});

function sceneOf() {
  scenes += 1;
  const s3 = memoryS3();
  const shift = scenes;
  const date = daysBefore(lastDay, shift);
  for (const [key, content] of history) {
    const shifted = key.replace(/\d{4}-\d\d-\d\d/, (day) => daysBefore(day, shift));
    s3.objects.set(`reports/${shifted}`, content);
  }
  const holiday = daysBefore(date, -26);
  const db = table.db;
  const store = createRunStore(db, table.table);
  const process = (runId: string, day: string = date) =>
    insightsRun({
      runs: store,
      files: createVersionFileStore(s3.client, 'reports', 'insights', Manifest),
      newest: createNewestStore(s3.client, 'reports'),
      history: createHistory(s3.client, 'reports'),
      promotions: () =>
        Promise.resolve({
          version: 7,
          categoryPaths: {},
          promotions: [
            {
              promotionId: 'winter',
              schedule: { start: `${daysBefore(date, -25)}T00:00`, end: `${daysBefore(date, -27)}T00:00` },
            },
          ],
        } as unknown as Awaited<ReturnType<Parameters<typeof insightsRun>[0]['promotions']>>),
      holidays: new Map([[holiday, 'Christmas Day']]),
      duckDb,
      build: buildInsights,
      timeZone: 'Europe/London',
      clock: () => cause.now,
      log: { info: () => undefined },
    })(InsightsRunRequested.envelope.parse(newEvent(InsightsRunRequested, { runId, date: day }, cause)));
  const request = async (day: string = date, options: { force?: boolean } = {}) => {
    const runId = `run-${randomUUID()}`;
    await store.request(runId, day, cause, options);
    return runId;
  };
  const requestAndProcess = async (day: string = date, options: { force?: boolean } = {}) => {
    const runId = await request(day, options);
    await process(runId, day);
    return store.read(runId);
  };
  const verified = () => {
    const latest = s3.json(`reports/insights/dt=${date}/latest.json`) as { version: number; manifest: string };
    const manifest = Manifest.parse(s3.json(`reports/${latest.manifest}`));
    for (const { file, sha256 } of manifest.reports.flatMap(({ files }) => files)) {
      const content = s3.objects.get(`reports/insights/dt=${date}/v=${latest.version}/${file}`) ?? Buffer.alloc(0);
      expect(createHash('sha256').update(content).digest('hex'), file).toBe(sha256);
    }
    return manifest;
  };
  const text = (file: string, version = 1) => s3.text(`reports/insights/dt=${date}/v=${version}/${file}`) ?? '';
  return { date, holiday, s3, store, process, request, requestAndProcess, verified, text };
}

describe('a run', () => {
  test('publishes forecasts, segments, pairs, risks and classes, its manifest last', async () => {
    const run = await scene.requestAndProcess();
    expect(run).toMatchObject({ status: 'completed', version: 1, changed: true });
    const { figures, promotionsVersion, inputs } = scene.verified();
    expect({ promotionsVersion, days: inputs.length }).toEqual({ promotionsVersion: 7, days });
    expect(figures.history).toEqual({ days, from: daysBefore(scene.date, days - 1) });
    expect(figures.forecasts.map(({ level }) => level)).toEqual(expect.arrayContaining(['store', 'channel', 'sku']));
    const measured = figures.forecasts.filter((each) => each.measured > 0);
    expect(measured.map(({ coverage95 }) => coverage95 ?? 0).filter((share) => share <= 0.8)).toEqual([]);
    expect(figures.associations).toMatchObject({ pairs: expect.any(Number) });
    expect(figures.associations.pairs).toBeGreaterThan(0);
    expect(figures.segments).toHaveLength(11);
    expect(figures.segments.reduce((sum, { customers }) => sum + customers, 0)).toBe(20 + days);
    expect(figures.churn.reduce((sum, { customers }) => sum + customers, 0)).toBe(20 + days - 90);
    expect(figures.items.reduce((sum, { skus }) => sum + skus, 0)).toBe(5);
    const writes = scene.s3.writes.map((key) => key.split('/').at(-1));
    expect(writes.slice(-3)).toEqual(['manifest.json', 'latest.json', 'latest.json']);
    expect(scene.s3.json('reports/insights/latest.json')).toEqual({ date: scene.date });
  });

  test('marks holidays and promotion days, and a spreadsheet runs no SKU as a formula', async () => {
    await scene.requestAndProcess();
    const rows = scene.text('forecast.csv').split('\r\n');
    const store = rows.filter((row) => row.startsWith('store,') && row.includes(',units,'));
    expect(store).toHaveLength(28);
    const on = (day: string) => store.find((row) => row.includes(day)) ?? '';
    expect(on(scene.holiday)).toMatch(/,Christmas Day,winter$/);
    expect(on(daysBefore(scene.holiday, -1))).toMatch(/,,$/);
    expect(rows.some((row) => row.startsWith("sku,'=1+1,"))).toBe(true);
    expect(rows.some((row) => row.includes(',=1+1'))).toBe(false);
    const page = scene.text('insights.html');
    for (const text of ['Christmas Day', '預測與顧客分析', '预测与客户分析', '<svg']) expect(page).toContain(text);
    expect(page).not.toMatch(/NaN|undefined|null/);
  });

  test('of the same history writes no new version; a forced one writes damaged files again', async () => {
    await scene.requestAndProcess();
    const before = scene.text('items.csv');
    expect(await scene.requestAndProcess()).toMatchObject({ version: 1, changed: false });
    scene.s3.objects.set(`reports/insights/dt=${scene.date}/v=1/items.csv`, Buffer.from('damaged'));
    expect(await scene.requestAndProcess(scene.date, { force: true })).toMatchObject({ version: 1, repaired: 1 });
    expect(scene.text('items.csv')).toBe(before);
    // A restated day of the history is another version.
    for (const name of ['facts', 'orders']) {
      const of = (daysAgo: number) => `reports/tables/${name}/dt=${daysBefore(scene.date, daysAgo)}/${name}.parquet`;
      scene.s3.objects.set(of(9), scene.s3.objects.get(of(7)) ?? Buffer.alloc(0));
    }
    expect(await scene.requestAndProcess()).toMatchObject({ version: 2, changed: true });
  });

  test.each([0, 7, 15, 16])('that crashes after %i writes is completed by its retry', async (writes) => {
    const runId = await scene.request();
    scene.s3.failAfter(writes);
    await expect(scene.process(runId)).rejects.toThrow('the bucket is gone');
    expect(await scene.store.read(runId)).toMatchObject({ status: 'failed', error: 'the bucket is gone' });
    scene.s3.failAfter(Infinity);
    await scene.process(runId);
    await scene.process(runId);
    expect(await scene.store.read(runId)).toMatchObject({ status: 'completed', version: 1, changed: true });
    scene.verified();
    const published = (await table.events(`RUN#${runId}`)).filter(({ type }) => type === 'InsightsPublished');
    expect(published).toHaveLength(1);
  });

  test('beside another one of the same day publishes one version', async () => {
    const ids = await Promise.all([scene.request(), scene.request()]);
    await Promise.all(ids.map((id) => scene.process(id)));
    const runs = await Promise.all(ids.map((id) => scene.store.read(id)));
    expect(runs).toMatchObject([
      { status: 'completed', version: 1 },
      { status: 'completed', version: 1 },
    ]);
    scene.verified();
  });

  test('of a day without published reports says so, and publishes nothing', async () => {
    const next = daysBefore(scene.date, -1);
    const runId = await scene.request(next);
    await expect(scene.process(runId, next)).rejects.toThrow('not published');
    expect(await scene.store.read(runId)).toMatchObject({ status: 'failed' });
    expect([...scene.s3.objects.keys()].filter((key) => key.includes('/insights/'))).toEqual([]);
  });

  test('of an earlier day does not read later days, and the newest day stays the newest', async () => {
    await scene.requestAndProcess();
    const earlier = daysBefore(scene.date, 60);
    await scene.requestAndProcess(earlier);
    const manifest = Manifest.parse(scene.s3.json(`reports/insights/dt=${earlier}/v=1/manifest.json`));
    expect(manifest.inputs.at(-1)?.day).toBe(earlier);
    expect(scene.s3.json('reports/insights/latest.json')).toEqual({ date: scene.date });
  });
});

import { GetObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { arrivalDayOf } from '../../../functions/event-journal/decide.ts';
import { businessDays, dayBounds, daysBefore } from '../../../shared/business-day.ts';
import { segments } from '../../../shared/insights/segments.ts';
import { type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';
import { fireSchedule } from '../../support/system/invoke.ts';
import { aBuyer, expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

const timeZone = 'Europe/London';
const today = arrivalDayOf(Date.now(), businessDays(timeZone));
const earlier = daysBefore(today, 1);
let office: BackOffice;
let sku: string;
/** Three customers with 1, 2 and 3 orders on the days before today; a guest is no customer. */
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office, { priceMinor: 1000 });
  for (const count of [1, 2, 3]) {
    const buyer = aBuyer();
    for (let order = 1; order <= count; order += 1) {
      const placedAt = `${daysBefore(today, order)}T12:00:00Z`;
      const placed = await office.client('marketplace').post('/orders', orderOf(sku, { ...buyer, placedAt }));
      if (placed.status !== 201) throw new Error(placed.text);
    }
  }
  await office.settled();
  const range = await office.client('finance').post('/reports/runs', { from: daysBefore(today, 3), to: earlier });
  if (range.status !== 202) throw new Error(range.text);
  await completed(`/reports/runs/${range.body.runId}`);
});
afterAll(() => office.stop());

const get = (path: string) => office.client('finance').get(path);
const completed = (path: string) =>
  vi.waitFor(
    async () => {
      const { body } = await get(path);
      expect(body).toMatchObject({ status: 'completed' });
      return body;
    },
    { timeout: 30_000, interval: 100 },
  );
const readJson = async (Key: string) => {
  const Bucket = office.credentials.reportsBucket;
  const { Body } = await s3Of(office.credentials).send(new GetObjectCommand({ Bucket, Key }));
  return JSON.parse((await Body?.transformToString()) ?? '');
};
const publishedOf = async (date: string) =>
  (await office.lake.events('InsightsPublished')).flatMap(({ detail: { data } }) =>
    (data as { date: string }).date === date ? [data] : [],
  );
/** Pages of one customer. */
async function customersOf(segment: string): Promise<string[]> {
  const found: string[] = [];
  let cursor = '';
  do {
    const page = await get(`/insights/customers?segment=${segment}&limit=1${cursor}`);
    expect(page.status, page.text).toBe(200);
    found.push(...page.body.customers.map(({ customerId }: { customerId: string }) => customerId));
    cursor = page.body.cursor === undefined ? '' : `&cursor=${encodeURIComponent(page.body.cursor)}`;
  } while (cursor !== '');
  return found;
}

test('the reports of the night lead to the insights of their day, once, and every file of them is downloaded', async () => {
  expectProblem(await get('/insights/latest'), 404, 'not-found');
  const halfPastMidnight = new Date(dayBounds(today, timeZone).endMs + 1_800_000);
  const firing = () => fireSchedule(office, 'nightly-metrics/schedule/nightly.handler.ts', halfPastMidnight);
  await Promise.all([firing(), firing()]);
  const run = await completed(`/insights/runs/insights-${today}`);
  expect(run).toMatchObject({ date: today, version: 1, changed: true });
  await office.settled();
  expect(await publishedOf(today)).toEqual([{ runId: `insights-${today}`, date: today, version: 1, changed: true }]);

  const latest = await get('/insights/latest');
  expect(latest.status, latest.text).toBe(200);
  const { body: insights } = latest;
  expect(insights).toMatchObject({ date: today, version: 1, figures: { history: { days: 4 } } });
  expect((await get(`/insights/${today}`)).body).toMatchObject({ date: today, manifest: insights.manifest });
  expect(await readJson('insights/latest.json')).toEqual({ date: today });
  expect(await readJson(`insights/dt=${today}/latest.json`)).toMatchObject({ manifest: insights.manifest });
  const texts = new Map<string, string>();
  for (const { file, bytes, sha256, rows, url } of insights.files) {
    const content = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(content, file).toHaveLength(bytes);
    expect(createHash('sha256').update(content).digest('hex'), file).toBe(sha256);
    const text = content.toString('utf8');
    texts.set(file, text);
    const lines = file.endsWith('.csv') ? text.trimEnd().split('\r\n').length : rows + 1;
    expect(lines, file).toBe(rows + 1);
  }
  expect(texts.get('insights.html')).toMatch(/^<!doctype html>.*<svg/is);
  expect(texts.get('insights.html')).not.toMatch(/NaN|undefined/);
  // In minor units, without the tax of 20 percent.
  expect(texts.get('items.csv')).toContain(`\r\n${sku},GBP,A,moving,6,4998,1,`);
});

test('a forecast and the customers of each segment are read, each customer in one', async () => {
  const forecast = await get(`/insights/forecast?sku=${sku}`);
  expect(forecast.status, forecast.text).toBe(200);
  const [units, sales] = forecast.body.series;
  expect([units, sales]).toMatchObject([
    { measure: 'units', currency: null },
    { measure: 'sales', currency: 'GBP' },
  ]);
  for (const { days } of [units, sales]) {
    expect(days).toHaveLength(28);
    expect(days[0]).toMatchObject({ date: daysBefore(today, -1), expected: expect.any(Number) });
  }
  for (const query of ['', '?channel=marketplace', `?date=${today}`]) {
    expect(await get(`/insights/forecast${query}`), query).toMatchObject({ status: 200 });
  }
  const members = (await Promise.all(Object.keys(segments).map(customersOf))).flat();
  expect(members).toHaveLength(3);
  expect(new Set(members).size).toBe(3);
});

test('a repeated run, also beside another one, writes no new version; one of an earlier day leaves the newest', async () => {
  const request = async (date: string, options = {}) => {
    const answer = await office.client('finance').post('/insights/runs', { date, ...options });
    expect(answer.status, answer.text).toBe(202);
    return completed(String(answer.headers.location));
  };
  expect(await request(today)).toMatchObject({ version: 1, changed: false });
  expect(await request(today, { force: true })).toMatchObject({ version: 1, changed: false });
  const runs = await Promise.all([request(earlier), request(earlier), request(earlier)]);
  expect(runs.map(({ version }) => version)).toEqual([1, 1, 1]);
  expect(runs.filter(({ changed }) => changed)).toHaveLength(1);
  expect((await get(`/insights/${earlier}`)).body).toMatchObject({ version: 1, figures: { history: { days: 3 } } });
  expect((await get('/insights/latest')).body).toMatchObject({ date: today, version: 1 });
});

test('bad dates, unknown days, foreign cursors and clients without the scope are refused', async () => {
  const finance = office.client('finance');
  expectProblem(await finance.post('/insights/runs', { date: '2025-02-30' }), 422);
  expectProblem(await finance.post('/insights/runs', { date: '2024-05-01' }), 422, 'invalid-content');
  expectProblem(await finance.post('/insights/runs', { date: '2999-01-01' }), 422, 'invalid-content');
  expectProblem(await get('/insights/runs/none'), 404, 'not-found');
  expectProblem(await get('/insights/2024-05-01'), 404, 'not-found');
  for (const bad of ['2025-02-30', 'yesterday', `dt=${today}`]) {
    const answer = await get(`/insights/${encodeURIComponent(bad)}`);
    expect([400, 404], `${bad} ${answer.text}`).toContain(answer.status);
    expectProblem(answer, answer.status);
  }
  expectProblem(await get('/insights/forecast?date=2025-02-30'), 400);
  expectProblem(await get('/insights/forecast?date=2024-05-01'), 404, 'not-found');
  expectProblem(await get(`/insights/forecast?sku=${encodeURIComponent("' OR 1=1 --")}`), 404, 'not-found');
  expectProblem(await get(`/insights/forecast?sku=${sku}&channel=marketplace`), 422, 'invalid-content');
  expectProblem(await get('/insights/customers?segment=unknown'), 400);
  expectProblem(await get('/insights/customers?segment=lost&date=2024-05-01'), 404, 'not-found');
  expectProblem(await get('/insights/customers?segment=lost&cursor=invented'), 400, 'invalid-cursor');
  const storefront = office.client('storefront');
  expectProblem(await storefront.post('/insights/runs', { date: today }), 403);
  for (const path of ['latest', 'forecast', 'customers?segment=lost', `runs/insights-${today}`]) {
    expectProblem(await storefront.get(`/insights/${path}`), 403);
  }
});

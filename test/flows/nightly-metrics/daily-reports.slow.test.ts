import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBufferPromise } from 'yauzl';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { arrivalDayOf } from '../../../functions/event-journal/decide.ts';
import { businessDays, dayBounds } from '../../../shared/business-day.ts';
import { type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';
import { fireSchedule } from '../../support/system/invoke.ts';
import { aPayment, placedOrder, postPayment } from '../../support/orders/order-api.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const read = async (key: string): Promise<Buffer> => {
  const { Body } = await s3Of(office.credentials).send(
    new GetObjectCommand({ Bucket: office.credentials.reportsBucket, Key: key }),
  );
  if (!Body) throw new Error(`${key} is empty`);
  return Buffer.from(await Body.transformToByteArray());
};
const readJson = async (key: string) => JSON.parse((await read(key)).toString('utf8'));

const sumsOf = (manifest: { reports: { name: string }[] }) => manifest.reports.find(({ name }) => name === 'orders');

/** Requests the reports of a day as finance does and waits until the run ends. */
async function reportOf(date: string, options: { force?: boolean } = {}) {
  const finance = office.client('finance');
  const requested = await finance.post('/reports/runs', { date, ...options });
  expect(requested.status, requested.text).toBe(202);
  expect(requested.headers.location).toBe(`/reports/runs/${requested.body.runId}`);
  for (;;) {
    const { body: run } = await finance.get(`/reports/runs/${requested.body.runId}`);
    if (run.status === 'completed' || run.status === 'failed') return run;
    await sleep(50);
  }
}

const manifestOf = async (date: string) => {
  const run = await reportOf(date);
  expect(run).toMatchObject({ status: 'completed' });
  return readJson(run.manifest);
};
const reportIn = (manifest: Awaited<ReturnType<typeof manifestOf>>, wanted: string) =>
  manifest.reports.find(({ name }: { name: string }) => name === wanted);

test('an order is in the reports of its business day, which sum to the totals and are listed in a manifest with checksums', async () => {
  const sku = await stockedSku(office, { priceMinor: 1000, category: 'lamps' });
  const placedAt = '2025-07-01T23:30:00Z'; // 2 July in London
  const marketplace = office.client('marketplace');
  for (const country of ['GB', 'FR']) {
    const content = orderOf(sku, { placedAt, shippingAddress: { country }, lines: [{ sku, quantity: 2 }] });
    expect((await marketplace.post('/orders', content)).status).toBe(201);
  }
  await office.settled();

  const run = await reportOf('2025-07-02');
  expect(run).toMatchObject({ status: 'completed', date: '2025-07-02', version: 1, changed: true });
  const latest = await readJson('daily/dt=2025-07-02/latest.json');
  expect(latest).toMatchObject({ version: 1, manifest: 'daily/dt=2025-07-02/v=1/manifest.json' });
  const manifest = await readJson(latest.manifest);
  expect(sumsOf(manifest)).toMatchObject({ orders: 2, units: 4, amounts: { GBP: { totalMinor: 4000 } } });
  const orders = (await read('daily/dt=2025-07-02/v=1/orders.csv')).toString('utf8');
  expect(orders.trim().split('\n')).toHaveLength(3);
  for (const { name, files } of manifest.reports) {
    expect(files, name).toHaveLength(['facts', 'report'].includes(name) ? 1 : 2);
    for (const { file, sha256 } of files) {
      const bytes = await read(`daily/dt=2025-07-02/v=1/${file}`);
      expect(createHash('sha256').update(bytes).digest('hex'), file).toBe(sha256);
    }
  }
});

test('a repeated run changes nothing, and a late order creates a new version beside the old version', async () => {
  const sku = await stockedSku(office, { priceMinor: 700 });
  const place = () =>
    office.client('marketplace').post('/orders', orderOf(sku, { placedAt: '2025-08-05T12:00:00+01:00' }));
  await place();
  await office.settled();
  expect(await reportOf('2025-08-05')).toMatchObject({ version: 1, changed: true });
  expect(await reportOf('2025-08-05')).toMatchObject({ version: 1, changed: false });
  await place();
  await office.settled();
  expect(await reportOf('2025-08-05')).toMatchObject({ version: 2, changed: true });
  for (const [version, totalMinor] of [
    [1, 700],
    [2, 1400],
  ]) {
    const manifest = await readJson(`daily/dt=2025-08-05/v=${version}/manifest.json`);
    expect(sumsOf(manifest)).toMatchObject({ amounts: { GBP: { totalMinor } } });
  }
  expect(await readJson('daily/dt=2025-08-05/latest.json')).toMatchObject({ version: 2 });
});

test('a range of days is run with its progress, and a forced run writes a damaged file again', async () => {
  const finance = office.client('finance');
  const requested = await finance.post('/reports/runs', { from: '2025-03-29', to: '2025-03-31' });
  expect(requested.status, requested.text).toBe(202);
  expect(requested.body).toMatchObject({ status: 'requested', days: { of: 3, completed: 0 } });
  const { body: range } = await vi.waitFor(
    async () => {
      const answer = await finance.get(`/reports/runs/${requested.body.runId}`);
      expect(answer.body).toMatchObject({ status: 'completed' });
      return answer;
    },
    { timeout: 30_000, interval: 100 },
  );
  expect(range).toMatchObject({ days: { of: 3, completed: 3, failed: 0, running: 0, changed: 3 }, failures: [] });
  const key = 'daily/dt=2025-03-30/v=1/sales-by-hour.csv';
  const before = await read(key);
  await s3Of(office.credentials).send(
    new PutObjectCommand({ Bucket: office.credentials.reportsBucket, Key: key, Body: 'damaged' }),
  );
  expect(await reportOf('2025-03-30', { force: true })).toMatchObject({ version: 1, changed: false, repaired: 1 });
  expect(await read(key)).toEqual(before);
});

test('the nightly run creates reports for days with late events, once each', async () => {
  const sku = await stockedSku(office, { priceMinor: 700 });
  const place = async (...placedAt: string[]) => {
    for (const at of placedAt) await office.client('marketplace').post('/orders', orderOf(sku, { placedAt: at }));
    await office.settled();
  };
  await place('2025-10-07T12:00:00+01:00');
  expect(await reportOf('2025-10-07')).toMatchObject({ version: 1, changed: true });
  // The second day has no reports yet.
  await place('2025-10-07T23:50:00+01:00', '2025-10-05T10:00:00+01:00');

  const timeZone = 'Europe/London';
  const day = arrivalDayOf(Date.now(), businessDays(timeZone));
  const halfPastMidnight = new Date(dayBounds(day, timeZone).endMs + 1_800_000);
  const firing = () => fireSchedule(office, 'nightly-metrics/schedule/nightly.handler.ts', halfPastMidnight);
  await Promise.all([firing(), firing()]);
  await firing();
  await office.settled();
  for (const [date, version, totalMinor] of [
    ['2025-10-07', 2, 1400],
    ['2025-10-05', 1, 700],
  ]) {
    const runId = `nightly-${day}-${date}`;
    const { body: run } = await office.client('finance').get(`/reports/runs/${runId}`);
    expect(run).toMatchObject({ status: 'completed', date, version, changed: true });
    expect(await readJson(`daily/dt=${date}/latest.json`)).toMatchObject({ version });
    expect(sumsOf(await readJson(run.manifest))).toMatchObject({ amounts: { GBP: { totalMinor } } });
    const published = (await office.lake.events('ReportRunCompleted')).map(({ detail }) => detail.data);
    expect(published.filter((data) => JSON.stringify(data).includes(runId))).toHaveLength(1);
  }
});

test('a night without reports raises an alarm that says what finance misses', async () => {
  const stateOf = () => office.alarms.list().find(({ name }) => name.includes('ReportsOverdueDeadLetters'))?.state;
  expect(stateOf()).not.toBe('ALARM');
  await fireSchedule(office, 'nightly-metrics/schedule/watch.handler.ts', new Date('2024-05-03T02:30:00Z'));
  await vi.waitFor(() => expect(stateOf()).toBe('ALARM'), { timeout: 10_000, interval: 200 });
  const alarm = office.alarms.list().find(({ name }) => name.includes('ReportsOverdueDeadLetters'));
  expect(alarm?.description).toContain('what finance misses');
});

test('a cancellation is in the report of its own day and does not change the day of the order', async () => {
  const sku = await stockedSku(office, { priceMinor: 1000 });
  const placedAt = '2025-09-03T12:00:00Z';
  const marketplace = office.client('marketplace');
  const { body: order } = await marketplace.post('/orders', orderOf(sku, { placedAt, lines: [{ sku, quantity: 3 }] }));
  const today = businessDays('Europe/London')(Date.now());
  const totals = async (date: string) => {
    await office.settled();
    return reportIn(await manifestOf(date), 'totals-by-channel').amounts.GBP;
  };
  const before = (await totals(today)) ?? { totalMinor: 0, cancelledMinor: 0, cancelledUnits: 0 };
  const lines = [{ lineId: order.lines[0].lineId, quantity: 1 }];
  const cancellation = { requestId: 'c-1', reason: 'one too many', lines };
  expect((await marketplace.post(`/orders/${order.orderId}/cancellation`, cancellation)).status).toBe(200);
  expect((await marketplace.post(`/orders/${order.orderId}/cancellation`, cancellation)).status).toBe(200);
  expect(await totals(today)).toMatchObject({
    totalMinor: before.totalMinor,
    cancelledMinor: before.cancelledMinor + 1000,
    cancelledUnits: before.cancelledUnits + 1,
    netMinor: before.totalMinor - before.cancelledMinor - 1000,
  });
  expect(await totals('2025-09-03')).toMatchObject({ totalMinor: 3000, cancelledMinor: 0, netMinor: 3000 });
});

test('a refund is in the report of its day by component and reduces the net amount of the day', async () => {
  const { order, orderId } = await placedOrder(office, { quantity: 3 });
  const payment = { paymentId: 'pay-1', orderId };
  await postPayment(office, aPayment(orderId, { ...payment, amountMinor: 3000 }));
  const lines = [{ lineId: order.lines[0].lineId, quantity: 1 }];
  const request = { requestId: 'r-1', orderId, reason: 'late', lines, goodwillMinor: 250 };
  const { body: refund } = await office.client('service').post('/refunds', request);
  const isPaying = async () =>
    (await office.client('service').get(`/refunds/${refund.refundId}`)).body.status === 'paying';
  await vi.waitUntil(isPaying, { timeout: 50_000 });
  const refundId = `${refund.refundId}.0.1`;
  const notification = aPayment(orderId, { ...payment, type: 'refund.succeeded', amountMinor: 1250, refundId });
  for (const content of [notification, notification, { ...notification, eventId: 'repeated' }]) {
    expect((await postPayment(office, content)).status).toBe(200);
  }
  await office.settled();
  const today = businessDays('Europe/London')(Date.now());
  const manifest = await manifestOf(today);
  expect(reportIn(manifest, 'refunds').amounts.GBP).toMatchObject({ refundedMinor: 1250, refundedUnits: 1 });
  const totals = reportIn(manifest, 'totals-by-channel').amounts.GBP;
  expect(totals).toMatchObject({
    refundedMinor: 1250,
    refundedTaxMinor: 166,
    netMinor: totals.totalMinor - totals.cancelledMinor - 1250,
  });
  const csv = (await read(`daily/dt=${today}/v=${manifest.version}/refunds.csv`)).toString('utf8');
  const rows = csv.split('\r\n').filter((row) => row.startsWith(refund.refundId));
  expect(rows.map((row) => row.split(',').slice(5, 10).join(' '))).toEqual([
    'RefundPaid late acme pay-1 goodwill',
    'RefundPaid late acme pay-1 line:line-1',
  ]);
});

test('a future or invalid date is refused', async () => {
  const finance = office.client('finance');
  expectProblem(await finance.post('/reports/runs', { date: '2999-01-01' }), 422);
  expectProblem(await finance.post('/reports/runs', { date: '2025-02-30' }), 422);
  expectProblem(await finance.get('/reports/runs/none'), 404);
  expectProblem(await office.client('storefront').post('/reports/runs', { date: '2025-07-01' }), 403);
});

test('the reports in force of a month are downloaded as one zip file', async () => {
  const sku = await stockedSku(office, { priceMinor: 500 });
  for (const placedAt of ['2025-05-03T10:00:00Z', '2025-05-30T10:00:00Z']) {
    expect((await office.client('marketplace').post('/orders', orderOf(sku, { placedAt }))).status).toBe(201);
  }
  await office.settled();
  const days = ['2025-05-03', '2025-05-30'];
  for (const date of days) expect(await reportOf(date)).toMatchObject({ status: 'completed' });

  const finance = office.client('finance');
  expectProblem(await finance.post('/reports/bundles', { period: '2999-01' }), 422, 'invalid-content');
  expectProblem(await finance.post('/reports/bundles', { period: '2025-13' }), 422, 'invalid-content');
  expectProblem(await finance.get('/reports/bundles/bundle-unknown'), 404, 'not-found');
  expectProblem(await office.client('storefront').post('/reports/bundles', { period: '2025-05' }), 403);
  const requested = await finance.post('/reports/bundles', { period: '2025-05' });
  expect(requested.status, requested.text).toBe(202);
  expect(requested.body).toMatchObject({ status: 'requested', from: '2025-05-01', to: '2025-05-31' });
  const bundle = await vi.waitFor(
    async () => {
      const { body } = await finance.get(String(requested.headers.location));
      expect(body).toMatchObject({ status: 'completed', days: 2 });
      return body;
    },
    { timeout: 30_000, interval: 100 },
  );
  const { status, headers } = await finance.get(bundle.location);
  expect(status).toBe(302);
  const zip = Buffer.from(await (await fetch(String(headers.location))).arrayBuffer());
  expect(zip).toHaveLength(bundle.bytes);
  const files = await unzipped(zip);
  expect(files.size).toBe(bundle.files);
  expect(JSON.parse(files.get('bundle.json')?.toString() ?? '')).toMatchObject({
    days: days.map((date) => ({ date, version: 1 })),
    daysWithoutReports: expect.arrayContaining(['2025-05-01', '2025-05-31']),
  });
  for (const date of days) {
    const manifest = JSON.parse(files.get(`${date}/manifest.json`)?.toString() ?? '');
    for (const { file, sha256 } of manifest.reports.flatMap(({ files: own }: { files: object[] }) => own)) {
      const content = files.get(`${date}/${file}`);
      const found = content && createHash('sha256').update(content).digest('hex');
      expect(found, file).toBe(file.endsWith('.parquet') ? undefined : sha256);
    }
  }
});

/** The files of a zip archive by name. */
async function unzipped(zip: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const archive = await fromBufferPromise(zip);
  for await (const entry of archive.eachEntry()) {
    files.set(entry.fileName, await buffer(await archive.openReadStreamPromise(entry)));
  }
  return files;
}

import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { businessDays, dayBefore } from '../../../shared/business-day.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { fillWithSmallDemo } from '../../support/demo-office.ts';
import { type ApiClient, clientWithToken } from '../../support/system/api-client.ts';
import { type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';
import { accessTokenOf } from '../../support/system/sign-in.ts';

let office: BackOffice;

beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const today = () => businessDays('Europe/London')(office.context.now());
const list = async (path: string) => (await office.client('admin').get(path)).body;
/** Number of orders by status. */
const orderStatuses = async (): Promise<Record<string, number>> => {
  const counts = await Promise.all(
    OrderStatus.options.map(async (status) => {
      const { orders } = await list(`/orders?status=${status}&limit=100`);
      return [status, orders.length] as const;
    }),
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
};
const refundStatuses = async () =>
  (await list('/refunds?limit=100')).refunds.map(({ status }: { status: string }) => status).toSorted();

test('a demo that is left half-way and started again fills the store with work of every kind, and a repeated one changes nothing', async () => {
  const leaving = new AbortController();
  const left = fillWithSmallDemo(office, leaving.signal).catch(String);
  await vi.waitFor(async () => expect(Object.keys(await orderStatuses())).toContain('paid'), {
    timeout: 120_000,
    interval: 100,
  });
  leaving.abort();
  expect(await left).toMatch(/abort/i);
  await fillWithSmallDemo(office);

  // No channel of this store has a payment window: no order awaits its payment or expires.
  const complete = async () =>
    expect(Object.keys(await orderStatuses()).toSorted()).toEqual([
      'allocated',
      'cancelled',
      'completed',
      'delivered',
      'on-hold',
      'paid',
      'partly-shipped',
      'placed',
      'shipped',
    ]);
  await vi.waitFor(complete, { timeout: 120_000, interval: 500 });
  expect(await refundStatuses()).toEqual([
    'paid',
    'paid',
    'paid',
    'paid',
    'paid',
    'paid',
    'pending-approval',
    'pending-approval',
    'pending-approval',
    'rejected',
  ]);
  const returns = (await list('/returns?limit=100')).returns.map(({ status }: { status: string }) => status);
  expect(returns).toContain('expected');
  const { alerts } = await list('/stock/alerts?status=open&limit=100');
  expect(new Set(alerts.map(({ kind }: { kind: string }) => kind))).toEqual(new Set(['low', 'out']));
  const { promotions } = await list('/promotions?limit=100');
  expect(promotions.map(({ state }: { state: string }) => state).toSorted()).toEqual([
    'active',
    'active',
    'scheduled',
    'scheduled',
  ]);
  const { Contents = [] } = await s3Of(office.credentials).send(
    new ListObjectsV2Command({ Bucket: office.credentials.reportsBucket, Prefix: 'daily/' }),
  );
  expect(Contents.filter(({ Key }) => Key?.endsWith('.html'))).toHaveLength(2);

  const before = [await orderStatuses(), await refundStatuses(), (await list('/stock/alerts?limit=100')).alerts.length];
  await fillWithSmallDemo(office);
  expect([
    await orderStatuses(),
    await refundStatuses(),
    (await list('/stock/alerts?limit=100')).alerts.length,
  ]).toEqual(before);
});

describe('a working day on the demo', () => {
  const clients = new Map<string, Promise<ApiClient>>();
  /** A client of a person of a department, who signed in at the identity server. */
  const as = (name: string): Promise<ApiClient> => {
    const made = clients.get(name) ?? signedIn(name);
    clients.set(name, made);
    return made;
  };
  const signedIn = async (name: string) => {
    const token = await accessTokenOf(office, name);
    return clientWithToken(office.apiUrl, async () => token, 4);
  };
  beforeAll(() => clients.clear());
  afterAll(async () => Promise.all([...clients.values()].map(async (client) => (await client).close())));

  /** Sends a step of the day; it has to succeed. */
  const did = async (name: string, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const response = await (await as(name)).send(method, path, body);
    expect(response.status, `${name} ${method} ${path}: ${response.text}`).toBeLessThan(400);
    return response.body;
  };
  /** A step of another department, which this person may not do. */
  const mayNot = async (name: string, method: 'GET' | 'POST' | 'PUT', path: string, body: unknown = {}) =>
    expect((await (await as(name)).send(method, path, body)).status, `${name} ${method} ${path}`).toBe(403);

  test('the merchandiser sees what runs low, changes a price and adds a product', async () => {
    const me = 'merchandising';
    const { alerts } = await did(me, 'GET', '/stock/alerts?status=open');
    const sku = encodeURIComponent(alerts[0].sku);
    const { name, currency, category, priceMinor, costMinor } = await did(me, 'GET', `/catalog/skus/${sku}`);
    const changed = { name, currency, category, costMinor, priceMinor: priceMinor + 20 };
    expect(await did(me, 'PUT', `/catalog/skus/${sku}`, changed)).toMatchObject({ priceMinor: priceMinor + 20 });
    await did(me, 'PUT', '/catalog/skus/DAY-LANTERN', {
      name: 'Lantern',
      priceMinor: 1500,
      currency: 'GBP',
      category: 'lights',
    });
    await mayNot(me, 'POST', '/stock/movements', { movements: [] });
    await mayNot(me, 'POST', '/promotions');
  });

  test('the warehouse receives goods, picks, ships and delivers, and receives a return', async () => {
    const me = 'warehouse';
    const { alerts } = await did(me, 'GET', '/stock/alerts?status=open');
    const movements = [alerts[0].sku, 'DAY-LANTERN'].map((sku) => {
      const movementId = `day-${sku}`;
      return { movementId, sku, warehouse: 'main', type: 'receipt', quantity: 60 };
    });
    const { results } = await did(me, 'POST', '/stock/movements', { movements });
    expect(results.map(({ status }: { status: string }) => status)).toEqual(['applied', 'applied']);
    await did(me, 'POST', `/stock/alerts/${alerts[0].alertId}/acknowledgement`, { note: 'Received' });
    await did(me, 'GET', '/warehouses/main/pick-list');
    const { orders } = await did(me, 'GET', '/orders?status=allocated');
    const [{ orderId }] = orders;
    const { lines } = await did(me, 'GET', `/orders/${orderId}`);
    const units = lines.map(({ lineId, quantity }: { lineId: string; quantity: number }) => ({ lineId, quantity }));
    await did(me, 'POST', `/orders/${orderId}/shipments`, { shipmentId: 'day-1', lines: units, carrier: 'Royal Mail' });
    expect(await did(me, 'POST', `/orders/${orderId}/shipments/day-1/delivery`, {})).toMatchObject({
      status: 'delivered',
    });
    const { returns } = await did(me, 'GET', '/returns?status=expected');
    const { rmaId, units: expected } = await did(me, 'GET', `/returns/${returns[0].rmaId}`);
    const parcel = [{ lineId: expected[0].lineId, quantity: 1, disposition: 'damaged' }];
    await did(me, 'POST', `/returns/${rmaId}/receipts`, { receiptId: 'day-parcel', units: parcel });
    await mayNot(me, 'POST', '/refunds');
    await mayNot(me, 'PUT', '/catalog/skus/DAY-LANTERN');
  });

  let requested = '';
  let approvedOnce = '';
  test('customer service finds an order and requests a refund, which it may not decide', async () => {
    const me = 'service';
    const { orders } = await did(me, 'GET', '/orders?status=delivered&limit=100');
    const refunded = new Set(
      (await did(me, 'GET', '/refunds?limit=100')).refunds.map((each: { orderId: string }) => each.orderId),
    );
    type Found = { orderId: string; totalMinor: number };
    const { orderId } = orders.find((each: Found) => each.totalMinor > 2500 && !refunded.has(each.orderId));
    await did(me, 'GET', `/orders/${orderId}/timeline`);
    await did(me, 'GET', `/orders/${orderId}/refundable`);
    const refund = await did(me, 'POST', '/refunds', {
      requestId: 'day',
      orderId,
      reason: 'goodwill',
      goodwillMinor: 2200,
    });
    expect(refund.status).toBe('pending-approval');
    requested = refund.refundId;
    await mayNot(me, 'POST', `/refunds/${requested}/decisions`, { decision: 'approve' });
    await mayNot(me, 'POST', `/orders/${orderId}/cancellation`);
  });

  test('the lead of customer service releases a held order and approves the refund', async () => {
    const me = 'service-lead';
    const { orders } = await did(me, 'GET', '/orders?status=on-hold');
    const { orderId } = orders[0];
    const released = await did(me, 'POST', `/orders/${orderId}/review`, { decision: 'release', reason: 'Called' });
    expect(released.status).not.toBe('on-hold');
    const decided = await did(me, 'POST', `/refunds/${requested}/decisions`, {
      decision: 'approve',
      comment: 'Agreed',
    });
    expect(decided.status).not.toBe('pending-approval');
    await mayNot(me, 'PUT', '/policies/refund');
  });

  test('marketing pauses a promotion, resumes it and plans another one', async () => {
    const me = 'marketing';
    await did(me, 'GET', '/promotions?status=active');
    expect(await did(me, 'POST', '/promotions/demo-christmas/pause', { comment: 'Check' })).toMatchObject({
      state: 'paused',
    });
    expect(await did(me, 'POST', '/promotions/demo-christmas/resume', {})).toMatchObject({ state: 'active' });
    const discount = { kind: 'percent', level: 'line', basisPoints: 500 };
    const schedule = { start: '2099-01-01T09:00', end: '2099-01-08T09:00' };
    const planned = await did(me, 'POST', '/promotions', { promotionId: 'day-sale', name: 'Sale', discount, schedule });
    expect(planned.state).toBe('scheduled');
    await mayNot(me, 'POST', '/reports/runs');
    await mayNot(me, 'POST', '/refunds');
  });

  test('finance reads a report, runs one again, gives the first of two approvals and reads the ledger', async () => {
    const me = 'finance';
    const day = dayBefore(today());
    const { version, reports } = await did(me, 'GET', `/reports/${day}`);
    expect(version).toBe(1);
    const csv = await (await as(me)).get(reports[0].files[0].location);
    expect(csv.status).toBeGreaterThanOrEqual(300);
    expect((await fetch(String(csv.headers['location']))).status).toBe(200);
    await did(me, 'POST', '/reports/runs', { date: day });
    const { refunds } = await did(me, 'GET', '/refunds?status=pending-approval');
    const large = refunds.find(({ amountMinor }: { amountMinor: number }) => amountMinor > 50_000);
    approvedOnce = large.refundId;
    const first = await did(me, 'POST', `/refunds/${approvedOnce}/decisions`, { decision: 'approve' });
    expect(first.status).toBe('pending-approval');
    await did(me, 'GET', '/ledger/trial-balance');
    await mayNot(me, 'PUT', '/catalog/skus/DAY-LANTERN');
    await mayNot(me, 'POST', '/promotions');
  });

  test('the administrator gives the second approval, audits the stock and reads who did what', async () => {
    const me = 'admin';
    const second = await did(me, 'POST', `/refunds/${approvedOnce}/decisions`, { decision: 'approve' });
    expect(second.status).not.toBe('pending-approval');
    const { auditId } = await did(me, 'POST', '/stock/audits');
    await vi.waitFor(
      async () => expect(await did(me, 'GET', `/stock/audits/${auditId}`)).toMatchObject({ status: 'completed' }),
      {
        timeout: 30_000,
        interval: 100,
      },
    );
    const { entries } = await vi.waitFor(
      async () => {
        const found = await did(me, 'GET', `/audit/entries?person=${office.people['merchandising']?.subject}`);
        expect(found.entries).not.toHaveLength(0);
        return found;
      },
      { timeout: 30_000, interval: 200 },
    );
    expect(JSON.stringify(entries)).toContain('DAY-LANTERN');
  });
});

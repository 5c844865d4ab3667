import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
let sku: string;
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office, { units: 1000 });
});
afterAll(() => office.stop());

/** Places an order of the customer at a minute of a day in 2013. Returns its id. */
async function placedAt(minute: number, customerId = randomUUID()): Promise<string> {
  const at = new Date(Date.UTC(2013, 4, 1, 8, 0) + minute * 60_000).toISOString();
  const order = orderOf(sku, { placedAt: at, customer: { id: customerId } });
  const placed = await office.client('storefront').post('/orders', order);
  expect(placed.status, placed.text).toBe(201);
  return String(placed.body.orderId);
}

/** Reads all pages of a query. `between` runs after each page with the order ids found so far. */
async function pagesOf(query: string, between: (found: string[]) => Promise<unknown> = async () => {}) {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await office.client('storefront').get(`/orders?${query}${from}`);
    expect(page.status, page.text).toBe(200);
    found.push(...page.body.orders.map(({ orderId }: { orderId: string }) => orderId));
    ({ cursor } = page.body);
    await between(found);
  } while (cursor !== undefined);
  return found;
}

const minutes = (count: number, step: number) => Array.from({ length: count }, (_, index) => index * step);

describe('order list pages, while orders are placed and cancelled,', { timeout: 600_000 }, () => {
  test('contain every existing order once, and each new order that sorts after the current page', async () => {
    const customer = randomUUID();
    const known: string[] = [];
    for (const minute of minutes(20, 10)) known.unshift(await placedAt(minute, customer));
    const expected = [...known];
    let page = 0;
    const found = await pagesOf(`customerId=${customer}&limit=3`, async (seen) => {
      page += 1;
      if (page > 4) return;
      // Place one order before all pages, and one directly after the last order read.
      await placedAt(500 + page, customer);
      const next = expected.indexOf(seen.at(-1) ?? '') + 1;
      const minute = 190 - known.indexOf(seen.findLast((id) => known.includes(id)) ?? '') * 10 - page;
      expected.splice(next, 0, await placedAt(minute, customer));
    });
    expect(found).toEqual(expected);
  });

  test('stay complete during concurrent placements', async () => {
    const customer = randomUUID();
    const known: string[] = [];
    for (const minute of minutes(30, 4)) known.unshift(await placedAt(minute, customer));
    const paging = new AbortController();
    let newOrders = 0;
    const placements = Array.from({ length: 4 }, async () => {
      while (!paging.signal.aborted) await placedAt(((newOrders += 1) * 7) % 120, customer);
    });
    const found = await pagesOf(`customerId=${customer}&limit=2`).finally(() => paging.abort());
    await Promise.all(placements);
    expect(newOrders).toBeGreaterThan(5);
    expect(new Set(found).size).toBe(found.length);
    expect(found.filter((id) => known.includes(id))).toEqual(known);
    const all = await pagesOf(`customerId=${customer}&limit=100`);
    expect(found).toEqual(all.filter((id) => found.includes(id)));
  });

  test('of a status continue after an order that no longer has the status', async () => {
    const known: string[] = [];
    for (const minute of minutes(12, 1)) known.unshift(await placedAt(10_000 + minute));
    const cancelledIds: string[] = [];
    const found = await pagesOf('status=placed&limit=5', async (seen) => {
      const last = seen.at(-1) ?? '';
      const cancellation = { requestId: randomUUID(), reason: 'changed-mind' };
      const cancelled = await office.client('storefront').post(`/orders/${last}/cancellation`, cancellation);
      expect(cancelled.status, cancelled.text).toBe(200);
      cancelledIds.push(last);
    });
    expect(cancelledIds.length).toBeGreaterThan(2);
    expect(found.slice(0, known.length)).toEqual(known);
    expect(new Set(found).size).toBe(found.length);
    expect(await pagesOf('status=placed&limit=50')).toEqual(found.filter((id) => !cancelledIds.includes(id)));
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { businessDays, daysBefore } from '../../../shared/business-day.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { fireSchedule } from '../../support/system/invoke.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const marketing = () => office.client('marketing');
const storefront = () => office.client('storefront');
const dayOf = businessDays('Europe/London');
const today = () => dayOf(Date.now());
const percent = (basisPoints: number) => ({ kind: 'percent', level: 'line', basisPoints });

/** Downloads a file as a browser does: with its URL only, which is valid for `seconds`. */
async function downloaded(url: string, seconds: number): Promise<string> {
  expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe(String(seconds));
  const response = await fetch(url);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename=/);
  return text;
}

async function promotion(promotionId: string, content: object): Promise<void> {
  const created = await marketing().post('/promotions', { promotionId, name: promotionId, ...content });
  expect(created.status, created.text).toBe(201);
}

/** A quote of one unit with these codes. */
async function quoted(sku: string, couponCodes: string[]) {
  const content = { currency: 'GBP', shippingAddress: { country: 'GB' }, lines: [{ sku, quantity: 1 }], couponCodes };
  const quote = await storefront().post('/quotes', content);
  expect(quote.status, quote.text).toBe(200);
  return quote.body;
}

async function ordered(sku: string, given: object = {}) {
  const placed = await storefront().post('/orders', orderOf(sku, { ...given }));
  expect(placed.status, placed.text).toBe(201);
  return placed.body;
}

/** Requests an analysis, and returns it with its result and the texts of its files. */
async function analysed(path: string, content: object, { client = 'marketing' } = {}) {
  const requested = await office.client(client).post(path, content);
  expect(requested.status, requested.text).toBe(202);
  await office.settled();
  const { body } = await office.client(client).get(String(requested.headers['location']));
  expect(body, JSON.stringify(body)).toMatchObject({ status: 'completed' });
  const files = await Promise.all(
    body.files.map(async ({ name, url }: { name: string; url: string }) => [name, await downloaded(url, 900)] as const),
  );
  return { body, files: Object.fromEntries(files) as Record<string, string> };
}

test('unique codes are generated, downloaded once, used by one order each, found and revoked', async () => {
  const sku = await stockedSku(office, { priceMinor: 1000 });
  await promotion('letters', { discount: percent(1000), eligible: { skus: [sku] }, needsCode: true });
  const path = '/promotions/letters/code-batches';
  const content = { batchId: 'may', count: 250, prefix: 'May' };
  expectProblem(await storefront().post(path, content), 403);
  const requested = await marketing().post(path, content);
  expect(requested.status, requested.text).toBe(202);
  const location = String(requested.headers['location']);
  expect((await marketing().post(path, content)).status).toBe(200);
  expectProblem(await marketing().post(path, { ...content, count: 251 }), 409, 'batch-conflict');
  expectProblem(await marketing().post('/promotions/none/code-batches', content), 404, 'unknown-promotion');
  await office.settled();
  expect((await marketing().get(location)).body).toMatchObject({ status: 'completed', generated: 250, prefix: 'MAY' });
  expect((await marketing().get(path)).body).toMatchObject({ batches: [{ batchId: 'may' }] });

  const downloads = await Promise.all([1, 2, 3].map(() => marketing().post(`${location}/download`, {})));
  const given = downloads.filter(({ status }) => status === 200);
  expect(given).toHaveLength(1);
  const csv = await downloaded(given[0]?.body.url, 300);
  const [header, ...codes] = csv.trim().split(/\r?\n/);
  expect([header, new Set(codes).size]).toEqual(['code', 250]);
  const again = await office.client('admin').post(`${location}/download`, {});
  expectProblem(again, 409, 'already-downloaded');
  expect(again.body).toMatchObject({ downloaded: { at: expect.any(String), by: expect.any(String) } });

  const [first = '', second = ''] = codes;
  const entered = first.toLowerCase().replaceAll('-', ' ');
  expect(await quoted(sku, [entered])).toMatchObject({ discountMinor: 100 });
  const order = await ordered(sku, { couponCodes: [entered] });
  expect(order).toMatchObject({ discountMinor: 100, discounts: [{ code: entered, appliedMinor: 100 }] });
  const find = (code: string) => office.client('service').get(`/promotions/codes/${encodeURIComponent(code)}`);
  expect((await find(entered)).body).toMatchObject({
    kind: 'unique',
    promotionId: 'letters',
    promotionName: 'letters',
    batchId: 'may',
    status: 'used',
    orderIds: [order.orderId],
  });
  expect((await find(second)).body).toMatchObject({ status: 'usable', uses: 0, orderIds: [] });
  expectProblem(await find('MAY-NOTHING'), 404, 'unknown-code');
  expect(await quoted(sku, [first])).toMatchObject({ discountMinor: 0 });
  expect(await ordered(sku, { couponCodes: [first] })).toMatchObject({ discountMinor: 0 });
  expect((await marketing().get('/promotions/letters/usage')).status).toBe(200);

  const revoked = await marketing().post(`${location}/revocation`, { reason: 'Published on a forum' });
  expect(revoked.status, revoked.text).toBe(202);
  await office.settled();
  expect((await marketing().get(location)).body).toMatchObject({ status: 'revoked', revoked: { codes: 250 } });
  expect((await find(second)).body).toMatchObject({ status: 'revoked' });
  expect(await quoted(sku, [second])).toMatchObject({ discountMinor: 0 });
  expect(await ordered(sku, { couponCodes: [second] })).toMatchObject({ discountMinor: 0 });
  expectProblem(await marketing().post(`${location}/download`, {}), 409, 'revoked');
  const kept = await storefront().get(`/orders/${order.orderId}`);
  expect(kept.body).toMatchObject({ discountMinor: 100 });
});

test('past orders are rehearsed, replayed and measured, and the worst case of a draft is found, each with its files', async () => {
  const from = today();
  const sku = await stockedSku(office, { priceMinor: 2000, costMinor: 1500 });
  const category = { eligible: { skus: [sku] } };
  await ordered(sku, { lines: [{ sku, quantity: 2 }] });
  await promotion('sale', { discount: percent(1000), ...category });
  const discounted = await ordered(sku, { lines: [{ sku, quantity: 3 }] });
  expect(discounted).toMatchObject({ discountMinor: 600 });
  await office.settled();

  const draft = (basisPoints: number, given: object = {}) => ({
    name: 'Draft',
    discount: percent(basisPoints),
    ...category,
    ...given,
  });
  const drafts = [
    { name: 'a fifth', definition: draft(2000) },
    { name: 'with a code', definition: draft(2000, { codes: ['FIFTH'] }) },
  ];
  const rehearsals = '/promotions/sale/rehearsals';
  expectProblem(await marketing().post('/promotions/none/rehearsals', { from, to: from }), 404, 'unknown-promotion');
  const rehearsed = await analysed(rehearsals, { from, to: today(), drafts });
  const { counts, drafts: results } = rehearsed.body.result;
  expect(counts).toMatchObject({ differing: 0, unreadable: 0, notPricedByStore: 0 });
  expect(counts.compared).toBe(counts.orders);
  expect(results).toMatchObject([
    { totals: [{ currency: 'GBP', affectedOrders: 2, discountMinor: 800 + 1200 }] },
    // It would replace the promotion, whose discount the second order would not have.
    { totals: [{ currency: 'GBP', affectedOrders: 1, discountMinor: 0 }] },
  ]);
  expect(rehearsed.files['page.html']).toContain('a fifth');
  expect(JSON.parse(rehearsed.files['result.json'] ?? '')).toEqual(rehearsed.body.result);
  expectProblem(await marketing().get(`${rehearsals}/rehearsal-none`), 404);

  const replays = { from, to: today() };
  expectProblem(await marketing().post('/price-replays', replays), 403);
  const replayed = await analysed('/price-replays', replays, { client: 'finance' });
  expect(replayed.body.result).toMatchObject({ counts: { orders: counts.orders, differing: 0 }, differing: [] });
  await fireSchedule(
    office,
    'promotion-scheduling/nightly-replay.handler.ts',
    new Date(`${daysBefore(today(), -1)}T04:15Z`),
  );
  await office.settled();
  const nightly = await office.client('finance').get(`/price-replays/replay-${today()}`);
  expect(nightly.body, nightly.text).toMatchObject({ status: 'completed', result: { counts: { differing: 0 } } });
  expect(await office.lake.events('PriceDifferencesFound')).toEqual([]);

  const worst = async (content: object) => {
    const response = await marketing().post('/promotions/sale/worst-case', content);
    expect(response.status, response.text).toBe(200);
    return response.body;
  };
  expect(await worst({})).toMatchObject({ isBelowFloor: false });
  const definition = draft(5000, { allowBelowFloor: true });
  expect(await worst({ definition })).toMatchObject({ isBelowFloor: true, worst: { promotionIds: ['sale'] } });

  expect((await marketing().get('/promotions/sale')).headers['etag'], 'no analysis changed it').toBe('"1"');
  expectProblem(await marketing().get('/promotions/sale/effect'), 404, 'no-report');
  const effect = await analysed('/promotions/sale/effect', {});
  const measured = { uses: 1, discountMinor: 600, customers: 1, newCustomers: 1 };
  expect(effect.body.report).toMatchObject({ currencies: [{ currency: 'GBP', ...measured }] });
  expect((await marketing().post('/promotions/sale/end', {})).status).toBe(200);
  await office.settled();
  const ended = await marketing().get('/promotions/sale/effect');
  expect(ended.body, ended.text).toMatchObject({ status: 'completed', report: { currencies: [measured] } });
  expect(Date.parse(ended.body.requestedAt)).toBeGreaterThan(Date.parse(effect.body.completedAt));
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { place } from '../../../functions/order-intake/placement/place.ts';
import { store as settings } from '../../../infra/store.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { contentHash, orderIdOf } from '../../../shared/ids.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { aCause } from '../../support/builders.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { orderStores } from '../../support/orders/order-stores.ts';
import { fireSchedule } from '../../support/system/invoke.ts';
import { largeOrderOf, largeOrderSkus, stockedSkus, tablesOf, unitsOf } from '../../support/orders/large-orders.ts';
import { expectProblem } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const reservedOf = async (skus: readonly string[]) => (await unitsOf(office, skus)).reserved;

describe('an order of hundreds of SKUs over HTTP', { timeout: 600_000 }, () => {
  test.each([largeOrderSkus, Math.round(largeOrderSkus / 0.6)])(
    'of %d SKUs is placed, read, replayed identically, and publishes one event',
    async (count) => {
      const skus = await stockedSkus(office, count, () => 2);
      const content = largeOrderOf(skus);
      const storefront = office.client('storefront');
      const placed = await storefront.post('/orders', content);
      expect(placed.status, placed.text).toBe(201);
      expect(placed.body.lines).toHaveLength(count);
      const { customer, shippingAddress } = content;
      expect((await storefront.get(`/orders/${placed.body.orderId}`)).body).toEqual({
        ...placed.body,
        customer,
        shippingAddress,
        shippingMethod: 'standard',
      });
      const again = await storefront.post('/orders', content);
      expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
      expect(again.text).toBe(placed.text);
      expectProblem(await storefront.post('/orders', { ...content, note: 'Changed' }), 409, 'order-conflict');
      expect(await reservedOf(skus)).toBe(count);
      await office.settled(150_000);
      const events = (await office.lake.events('OrderPlaced')).filter(({ detail }) =>
        JSON.stringify(detail.data).includes(placed.body.orderId),
      );
      expect(events).toHaveLength(1);
      expect(JSON.stringify(events[0]).length).toBeLessThan(400_000);
    },
  );

  test('eight concurrent orders of the same scarce SKUs reserve exactly the units of the accepted orders', async () => {
    const skus = await stockedSkus(office, 220, (index) => (index % 50 === 10 ? 3 : 50));
    const contents = Array.from({ length: 8 }, (_, index) => {
      const own = skus.slice(index * 5, index * 5 + 180);
      return largeOrderOf(index % 2 === 0 ? own : own.toReversed());
    });
    const responses = await Promise.all(
      contents.map((content) => office.client('storefront').post('/orders', content)),
    );
    const accepted = responses.filter(({ status }) => status === 201);
    expect(accepted.length).toBeGreaterThan(0);
    for (const refused of responses.filter(({ status }) => status !== 201)) {
      expectProblem(refused, 409, 'out-of-stock');
      expect(refused.body.lines.length).toBeGreaterThan(0);
    }
    expect(await reservedOf(skus)).toBe(accepted.length * 180);
  });
});

/** Starts a placement on the tables of the running system and crashes at this transaction. */
async function startAndCrash(
  content: ReturnType<typeof largeOrderOf>,
  transaction: number,
  now: number,
): Promise<string> {
  const { db, tables } = await tablesOf(office);
  const stores = orderStores(withCrash(db, { transaction, when: 'after' }), tables, settings.selling.timeZone);
  const orderId = orderIdOf('storefront', content.externalOrderId);
  const given: OrderContent = content;
  const channel = { channel: 'storefront', pricesItself: false };
  const placement = { orderId, contentHash: contentHash(given), content: given, channel, now };
  await expect(place(stores, placement, settings.selling, aCause({ now }))).rejects.toThrow('Crashed');
  return orderId;
}

describe('an order whose placement crashed between two chunks', { timeout: 600_000 }, () => {
  test('is not visible, is completed by the repeated request, and reserves its stock once', async () => {
    const skus = await stockedSkus(office, 250, () => 2);
    const content = largeOrderOf(skus);
    const orderId = await startAndCrash(content, 3, Date.now());
    const storefront = office.client('storefront');
    expect(await reservedOf(skus)).toBe(180);
    expectProblem(await storefront.get(`/orders/${orderId}`), 404, 'not-found');
    expect((await storefront.get('/orders?status=PLACEMENT')).status).toBe(400);
    expect((await storefront.post('/orders', content)).status).toBe(201);
    expect(await reservedOf(skus)).toBe(250);
    expect((await storefront.get(`/orders/${orderId}/timeline`)).body.events).toHaveLength(1);
  });

  test('is released by the sweep after its deadline when no request repeats it', async () => {
    const skus = await stockedSkus(office, 250, () => 2);
    const [recent, overdue] = [largeOrderOf(skus), largeOrderOf(skus)];
    await startAndCrash(recent, 2, Date.now());
    await startAndCrash(overdue, 4, Date.now() - 121_000);
    await fireSchedule(office, 'order-intake/unfinished-sweep.handler.ts');
    expect(await reservedOf(skus)).toBe(90);
    expect((await office.client('storefront').post('/orders', overdue)).status).toBe(201);
    expect(await reservedOf(skus)).toBe(340);
  });
});

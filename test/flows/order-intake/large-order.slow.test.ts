import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOrderStore } from '../../../functions/order-intake/placement/store.ts';
import { place } from '../../../functions/order-intake/placement/place.ts';
import { store as settings } from '../../../infra/store.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { contentHash, orderIdOf } from '../../../shared/ids.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { aCause } from '../../support/builders.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { fireSchedule } from '../../support/system/invoke.ts';
import { largeOrderOf, stockedSkus, tablesOf, unitsOf } from '../../support/orders/large-orders.ts';
import { expectProblem } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const reservedOf = async (skus: readonly string[]) => (await unitsOf(office, skus)).reserved;

describe('an order of hundreds of SKUs over HTTP', { timeout: 180_000 }, () => {
  test.each([600, 1000])(
    'of %d is placed, read, replayed to the byte, and its one event reaches the lake',
    async (count) => {
      const skus = await stockedSkus(office, count, () => 2);
      const content = largeOrderOf(skus);
      const storefront = office.client('storefront');
      const placed = await storefront.post('/orders', content);
      expect(placed.status, placed.text).toBe(201);
      expect(placed.body.lines).toHaveLength(count);
      expect((await storefront.get(`/orders/${placed.body.orderId}`)).body).toEqual(placed.body);
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

  test('eight at once that overlap in scarce SKUs: what is reserved is what was accepted, and none waits for ever', async () => {
    const skus = await stockedSkus(office, 220, (index) => (index % 50 === 10 ? 3 : 50));
    const contents = Array.from({ length: 8 }, (_, index) => {
      const own = skus.slice(index * 5, index * 5 + 180);
      return largeOrderOf(index % 2 === 0 ? own : own.toReversed());
    });
    const answers = await Promise.all(contents.map((content) => office.client('storefront').post('/orders', content)));
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted.length).toBeGreaterThan(0);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expectProblem(refused, 409, 'out-of-stock');
      expect(refused.body.lines.length).toBeGreaterThan(0);
    }
    expect(await reservedOf(skus)).toBe(accepted.length * 180);
  });
});

/** Begins an order as its function would, on the running system's tables, and ends at that transaction. */
async function abandon(content: ReturnType<typeof largeOrderOf>, transaction: number, now: number): Promise<string> {
  const { db, tables } = await tablesOf(office);
  const store = createOrderStore(withCrash(db, { transaction, when: 'after' }), tables, settings.selling.timeZone);
  const orderId = orderIdOf('storefront', content.externalOrderId);
  const given: OrderContent = content;
  const channel = { channel: 'storefront', pricesItself: false };
  const placement = { orderId, contentHash: contentHash(given), content: given, channel, now };
  await expect(place(store, placement, settings.selling, aCause({ now }))).rejects.toThrow('Crashed');
  return orderId;
}

describe('an order whose function ended between two steps', { timeout: 180_000 }, () => {
  test('is not to be seen, goes on when it is sent again, and takes its stock once', async () => {
    const skus = await stockedSkus(office, 250, () => 2);
    const content = largeOrderOf(skus);
    const orderId = await abandon(content, 3, Date.now());
    const storefront = office.client('storefront');
    expect(await reservedOf(skus)).toBe(180);
    expectProblem(await storefront.get(`/orders/${orderId}`), 404, 'not-found');
    expect((await storefront.get('/orders?status=PLACEMENT')).body.orders).toEqual([]);
    expect((await storefront.post('/orders', content)).status).toBe(201);
    expect(await reservedOf(skus)).toBe(250);
    expect((await storefront.get(`/orders/${orderId}/timeline`)).body.events).toHaveLength(1);
  });

  test('and that nobody sends again is undone by the schedule once its time is over', async () => {
    const skus = await stockedSkus(office, 250, () => 2);
    const [young, old] = [largeOrderOf(skus), largeOrderOf(skus)];
    await abandon(young, 2, Date.now());
    await abandon(old, 4, Date.now() - 121_000);
    await fireSchedule(office, 'order-intake/unfinished-sweep');
    expect(await reservedOf(skus)).toBe(90);
    expect((await office.client('storefront').post('/orders', old)).status).toBe(201);
    expect(await reservedOf(skus)).toBe(340);
  });
});

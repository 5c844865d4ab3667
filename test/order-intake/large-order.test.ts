import { describe, expect, test } from 'vitest';
import { channels } from '../support/environment.ts';
import { getOrder, placeOrder } from '../../functions/order-intake/api.handler.ts';
import { undoAbandoned } from '../../functions/order-intake/placement/chunked-placement.ts';
import { createOrderStore } from '../../functions/order-intake/placement/store.ts';
import { type Database, readBatch } from '../../shared/dynamodb/database.ts';
import * as routes from '../../shared/contracts/orders/routes.ts';
import type { OrderContent } from '../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../shared/contracts/problem.ts';
import { orderIdOf } from '../../shared/ids.ts';
import { heldBy, OpenPlacement, placementKey, planKey, StoredPlan } from '../../shared/orders/placement-item.ts';
import { aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { withCrash } from '../support/database/crashing-database.ts';
import { aRequest } from '../support/requests.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { skusWith as manySkusWith, unitsOf } from '../support/stock/many-skus.ts';
import { eventsOf } from '../support/database/outbox.ts';

const database = databaseForAll();
const storeOn = (db: Database) => createOrderStore(db, tables, aPolicy().timeZone);
const store = storeOn(database.db);

let made = 0;
const skusWith = (units: readonly number[]) => manySkusWith(database.db, units);
const orderFor = (skus: readonly string[], given: Partial<OrderContent> = {}) =>
  anOrder({ externalOrderId: `large-${(made += 1)}`, lines: skus.map((sku) => ({ sku, quantity: 1 })), ...given });

const post = (content: OrderContent, through = store, now = noon): Promise<HttpResponse> =>
  placeOrder(through, channels, aPolicy())(aRequest(routes.placeOrder, { body: content, cause: aCause({ now }) }));
const idOf = (content: OrderContent) => orderIdOf('storefront', content.externalOrderId);
const read = (orderId: string) => getOrder(store, channels)(aRequest(routes.getOrder, { params: { orderId } }));
const statusesOf = (replies: HttpResponse[]) => replies.map(({ status }) => status).toSorted((a, b) => a - b);

const reservedOf = async (skus: readonly string[]) => (await unitsOf(database.db, skus)).reserved;
const placedEvents = (orderId: string) => eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${orderId}`);
/** What all open placements hold, as the stock audit reads it. */
async function unitsHeld(): Promise<number> {
  const held = await Promise.all(
    (await openPlacements()).map(async (orderId) => {
      const keys = [placementKey(orderId), planKey(orderId)];
      const items = (await readBatch(database.db, { [tables.ORDER_TABLE_NAME]: keys }, true))[tables.ORDER_TABLE_NAME];
      const plan = items?.find((item) => StoredPlan.safeParse(item).success);
      const open = items?.find((item) => item !== plan);
      return heldBy(OpenPlacement.parse(open), StoredPlan.parse(plan)).flatMap(({ from }) => from);
    }),
  );
  return held.flat().reduce((sum, { units }) => sum + units, 0);
}
const openPlacements = () => store.placements.stale('2999');

describe('an order of many SKUs', () => {
  test.each([99, 600, 1000])('of %d is placed whole, with one event, and replayed to the byte', async (count) => {
    const skus = await skusWith(Array.from({ length: count }, () => 2));
    const content = orderFor(skus);
    const placed = await post(content);
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({ totalMinor: count * 100 });
    expect(await reservedOf(skus)).toBe(count);
    const replay = await post(content);
    expect(replay).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
    expect(JSON.stringify(replay.body)).toBe(JSON.stringify(placed.body));
    expect(await post({ ...content, note: 'Changed' })).toMatchObject({
      status: 409,
      body: { type: 'order-conflict' },
    });
    expect(await placedEvents(idOf(content))).toHaveLength(1);
    expect(await openPlacements()).toEqual([]);
  });

  test('is refused with all that is short, and takes nothing', async () => {
    const skus = await skusWith(Array.from({ length: 300 }, (_, index) => (index % 100 === 50 ? 0 : 1)));
    const refused = await post(orderFor(skus));
    expect(refused).toMatchObject({ status: 409, body: { type: 'out-of-stock' } });
    const short = [50, 150, 250].map((index) => ({ sku: skus[index], requested: 1, available: 0 }));
    expect(refused.body).toMatchObject({ lines: short });
    expect(await reservedOf(skus)).toBe(0);
  });

  test('posted five times at once is placed once, and all are told the same', async () => {
    const skus = await skusWith(Array.from({ length: 250 }, () => 5));
    const content = orderFor(skus);
    const replies = await Promise.all(Array.from({ length: 5 }, () => post(content)));
    expect(statusesOf(replies)).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await reservedOf(skus)).toBe(250);
    expect(await placedEvents(idOf(content))).toHaveLength(1);
  });

  test('and another that wants the same scarce ones in the reverse order: one gets all, the other nothing', async () => {
    for (let round = 0; round < 5; round += 1) {
      const skus = await skusWith(Array.from({ length: 280 }, (_, index) => (index % 40 === 7 ? 1 : 9)));
      const contents = [orderFor(skus), orderFor(skus.toReversed())];
      const replies = await Promise.all(contents.map((content) => post(content)));
      expect(statusesOf(replies)).toEqual([201, 409]);
      expect(await reservedOf(skus)).toBe(280);
    }
  });
});

/** Transactions of an order of 250 SKUs: its record, three steps, the order itself. */
const crashes = [1, 2, 3, 4, 5].flatMap((transaction) =>
  (['before', 'after'] as const).map((when) => ({ transaction, when })),
);

describe('a crash', () => {
  test.each(crashes)('$when $transaction, with all in stock: the next try places the order once', async (at) => {
    const skus = await skusWith(Array.from({ length: 250 }, () => 3));
    const content = orderFor(skus);
    await expect(post(content, storeOn(withCrash(database.db, at)))).rejects.toThrow('Crashed');
    const isPlaced = at.transaction === 5 && at.when === 'after';
    expect((await read(idOf(content))).status).toBe(isPlaced ? 200 : 404);
    expect((await post(content)).status).toBe(isPlaced ? 200 : 201);
    expect(await reservedOf(skus)).toBe(250);
    expect(await placedEvents(idOf(content))).toHaveLength(1);
    expect(await openPlacements()).toEqual([]);
  });

  test.each(crashes)('$when $transaction, and its client stays away: all is given back in time', async (at) => {
    const skus = await skusWith(Array.from({ length: 250 }, () => 3));
    const content = orderFor(skus);
    await expect(post(content, storeOn(withCrash(database.db, at)))).rejects.toThrow('Crashed');
    const isPlaced = at.transaction === 5 && at.when === 'after';
    await undoAbandoned(store.placements, noon + 60_000);
    expect(await reservedOf(skus)).toBe(isPlaced ? 250 : await unitsHeld());
    expect(await openPlacements()).toHaveLength(isPlaced || (at.transaction === 1 && at.when === 'before') ? 0 : 1);
    await undoAbandoned(store.placements, noon + 121_000);
    expect(await reservedOf(skus)).toBe(isPlaced ? 250 : 0);
    expect(await openPlacements()).toEqual([]);
    expect((await post(content)).status).toBe(isPlaced ? 200 : 201);
  });
});

/** The last SKU is taken by somebody else while the order is placed: three steps, of which the third is refused. */
const undoings = [4, 5, 6, 7, 8].flatMap((transaction) =>
  (['before', 'after'] as const).map((when) => ({ transaction, when })),
);

describe('when its last step is refused', () => {
  test.each(undoings)('a crash $when transaction $transaction leaves nothing taken for long', async (at) => {
    const skus = await skusWith(Array.from({ length: 250 }, () => 1));
    const content = orderFor(skus);
    // As if the order had seen all of it in stock: what it read is old.
    const rival = orderFor(skus.slice(-1));
    let rivalStatus: number | undefined;
    const late = {
      ...storeOn(withCrash(database.db, at)),
      load: async (...given: Parameters<typeof store.load>) => {
        const known = await store.load(...given);
        rivalStatus ??= (await post(rival)).status;
        return known;
      },
    };
    await expect(post(content, late)).rejects.toThrow('Crashed');
    expect(rivalStatus).toBe(201);
    expect(await reservedOf(skus)).toBeGreaterThanOrEqual(1);
    const refused = await post(content);
    expect(refused).toMatchObject({ status: 409, body: { lines: [{ sku: skus.at(-1), requested: 1, available: 0 }] } });
    expect(await reservedOf(skus)).toBe(1);
    expect(await openPlacements()).toEqual([]);
    expect((await read(idOf(content))).status).toBe(404);
  });

  test('an abandoned placement with other content does not hold its id for good', async () => {
    const skus = await skusWith(Array.from({ length: 250 }, () => 1));
    const content = orderFor(skus);
    const changed = { ...content, note: 'Changed' };
    const crashed = storeOn(withCrash(database.db, { transaction: 3, when: 'after' }));
    await expect(post(content, crashed)).rejects.toThrow('Crashed');
    expect(await post(changed)).toMatchObject({ status: 409, body: { type: 'order-conflict' } });
    expect((await post(changed, store, noon + 121_000)).status).toBe(201);
    expect(await reservedOf(skus)).toBe(250);
  });
});

import { describe, expect, test } from 'vitest';
import { undoAbandoned } from '../../../functions/order-intake/placement/chunked-placement.ts';
import { readBatch } from '../../../shared/dynamodb/database.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { reservedBy, OpenPlacement, placementKey, planKey, StoredPlan } from '../../../shared/orders/placement-item.ts';
import { aCause, anOrder, noon } from '../../support/builders.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { aRequest } from '../../support/requests.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { orderStores, placing, reading } from '../../support/orders/order-stores.ts';
import { skusWith as manySkusWith, unitsOf } from '../../support/stock/many-skus.ts';
import { eventsOf } from '../../support/database/outbox.ts';

const database = databaseForAll();
const stores = orderStores(database.db);

let made = 0;
const skusWith = (units: readonly number[]) => manySkusWith(database.db, units);
const orderFor = (skus: readonly string[], given: Partial<OrderContent> = {}) =>
  anOrder({ externalOrderId: `large-${(made += 1)}`, lines: skus.map((sku) => ({ sku, quantity: 1 })), ...given });

const post = (content: OrderContent, through = stores, now = noon): Promise<HttpResponse> =>
  placing(through)(aRequest(routes.placeOrder, { body: content, cause: aCause({ now }) }));
const idOf = (content: OrderContent) => orderIdOf('storefront', content.externalOrderId);
const read = (orderId: string) => reading(stores)(aRequest(routes.getOrder, { params: { orderId } }));
const statusesOf = (responses: HttpResponse[]) => responses.map(({ status }) => status).toSorted((a, b) => a - b);

const reservedOf = async (skus: readonly string[]) => (await unitsOf(database.db, skus)).reserved;
const placedEvents = (orderId: string) => eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${orderId}`);
/** Units that open placements reserve, as the stock audit reads them. */
async function unitsReservedByPlacements(): Promise<number> {
  const reserved = await Promise.all(
    (await openPlacements()).map(async (orderId) => {
      const keys = [placementKey(orderId), planKey(orderId)];
      const items = (await readBatch(database.db, { [tables.ORDER_TABLE_NAME]: keys }, true)).get(
        tables.ORDER_TABLE_NAME,
      );
      const plan = items?.find((item) => StoredPlan.safeParse(item).success);
      const open = items?.find((item) => item !== plan);
      return reservedBy(OpenPlacement.parse(open), StoredPlan.parse(plan)).flatMap(({ from }) => from);
    }),
  );
  return reserved.flat().reduce((sum, { units }) => sum + units, 0);
}
const openPlacements = () => stores.chunkedPlacements.startedBefore('2999');

describe('an order of many SKUs', () => {
  test.each([99, 600, 1000])('of %d SKUs is placed with one event, and a replay has the same body', async (count) => {
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

  test('is refused with all SKUs that are short, and reserves nothing', async () => {
    const skus = await skusWith(Array.from({ length: 300 }, (_, index) => (index % 100 === 50 ? 0 : 1)));
    const refused = await post(orderFor(skus));
    expect(refused).toMatchObject({ status: 409, body: { type: 'out-of-stock' } });
    const short = [50, 150, 250].map((index) => ({ sku: skus[index], requested: 1, available: 0 }));
    expect(refused.body).toMatchObject({ lines: short });
    expect(await reservedOf(skus)).toBe(0);
  });

  test('posted five times concurrently is placed once, and all responses have the same body', async () => {
    const skus = await skusWith(Array.from({ length: 250 }, () => 5));
    const content = orderFor(skus);
    const responses = await Promise.all(Array.from({ length: 5 }, () => post(content)));
    expect(statusesOf(responses)).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(responses.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await reservedOf(skus)).toBe(250);
    expect(await placedEvents(idOf(content))).toHaveLength(1);
  });

  test('gets all units and a concurrent order for the same scarce SKUs none, in any order of lines', async () => {
    for (let round = 0; round < 5; round += 1) {
      const skus = await skusWith(Array.from({ length: 280 }, (_, index) => (index % 40 === 7 ? 1 : 9)));
      const contents = [orderFor(skus), orderFor(skus.toReversed())];
      const responses = await Promise.all(contents.map((content) => post(content)));
      expect(statusesOf(responses)).toEqual([201, 409]);
      expect(await reservedOf(skus)).toBe(280);
    }
  });
});

/** Transactions of an order of 250 SKUs: the placement, three chunks, the order. */
const crashes = [1, 2, 3, 4, 5].flatMap((transaction) =>
  (['before', 'after'] as const).map((when) => ({ transaction, when })),
);

describe('a crash of a placement in chunks', () => {
  test.each(crashes)('$when transaction $transaction: the next attempt places the order once', async (at) => {
    const skus = await skusWith(Array.from({ length: 250 }, () => 3));
    const content = orderFor(skus);
    await expect(post(content, orderStores(withCrash(database.db, at)))).rejects.toThrow('Crashed');
    const isPlaced = at.transaction === 5 && at.when === 'after';
    expect((await read(idOf(content))).status).toBe(isPlaced ? 200 : 404);
    expect((await post(content)).status).toBe(isPlaced ? 200 : 201);
    expect(await reservedOf(skus)).toBe(250);
    expect(await placedEvents(idOf(content))).toHaveLength(1);
    expect(await openPlacements()).toEqual([]);
  });

  test.each(crashes)(
    '$when transaction $transaction without another attempt: the sweep releases all units',
    async (at) => {
      const skus = await skusWith(Array.from({ length: 250 }, () => 3));
      const content = orderFor(skus);
      await expect(post(content, orderStores(withCrash(database.db, at)))).rejects.toThrow('Crashed');
      const isPlaced = at.transaction === 5 && at.when === 'after';
      await undoAbandoned(stores.chunkedPlacements, noon + 60_000);
      expect(await reservedOf(skus)).toBe(isPlaced ? 250 : await unitsReservedByPlacements());
      expect(await openPlacements()).toHaveLength(isPlaced || (at.transaction === 1 && at.when === 'before') ? 0 : 1);
      await undoAbandoned(stores.chunkedPlacements, noon + 121_000);
      expect(await reservedOf(skus)).toBe(isPlaced ? 250 : 0);
      expect(await openPlacements()).toEqual([]);
      expect((await post(content)).status).toBe(isPlaced ? 200 : 201);
    },
  );
});

/** Another order reserves the last SKU between the read and the third chunk, which is refused. */
const undoCrashes = [4, 5, 6, 7, 8].flatMap((transaction) =>
  (['before', 'after'] as const).map((when) => ({ transaction, when })),
);

describe('a placement whose last chunk is refused', () => {
  test.each(undoCrashes)('releases all units after a crash $when transaction $transaction', async (at) => {
    const skus = await skusWith(Array.from({ length: 250 }, () => 1));
    const content = orderFor(skus);
    // The order reads the stock before the other order reserves it.
    const competing = orderFor(skus.slice(-1));
    let competingStatus: number | undefined;
    const crashing = orderStores(withCrash(database.db, at));
    const outdated = {
      ...crashing,
      placements: {
        ...crashing.placements,
        loadAll: async (...given: Parameters<typeof crashing.placements.loadAll>) => {
          const state = await stores.placements.loadAll(...given);
          competingStatus ??= (await post(competing)).status;
          return state;
        },
      },
    };
    await expect(post(content, outdated)).rejects.toThrow('Crashed');
    expect(competingStatus).toBe(201);
    expect(await reservedOf(skus)).toBeGreaterThanOrEqual(1);
    const refused = await post(content);
    expect(refused).toMatchObject({ status: 409, body: { lines: [{ sku: skus.at(-1), requested: 1, available: 0 }] } });
    expect(await reservedOf(skus)).toBe(1);
    expect(await openPlacements()).toEqual([]);
    expect((await read(idOf(content))).status).toBe(404);
  });

  test('blocks other content under its id only until it is abandoned', async () => {
    const skus = await skusWith(Array.from({ length: 250 }, () => 1));
    const content = orderFor(skus);
    const changed = { ...content, note: 'Changed' };
    const crashed = orderStores(withCrash(database.db, { transaction: 3, when: 'after' }));
    await expect(post(content, crashed)).rejects.toThrow('Crashed');
    expect(await post(changed)).toMatchObject({ status: 409, body: { type: 'order-conflict' } });
    expect((await post(changed, stores, noon + 121_000)).status).toBe(201);
    expect(await reservedOf(skus)).toBe(250);
  });
});

test.each([0, 1, 2])('an abandoned placement that cannot be undone (place %i) delays no other', async (place) => {
  const orders = [];
  for (const at of [2, 3, 2]) {
    const skus = await skusWith(Array.from({ length: 250 }, () => 1));
    const content = orderFor(skus);
    const crashed = orderStores(withCrash(database.db, { transaction: at, when: 'after' }));
    await expect(post(content, crashed)).rejects.toThrow('Crashed');
    orders.push({ skus, orderId: idOf(content) });
  }
  const bad = orders[place];
  const failing: typeof stores.chunkedPlacements = {
    ...stores.chunkedPlacements,
    find: (orderId) =>
      orderId === bad?.orderId
        ? Promise.reject(new TypeError('An item does not parse'))
        : stores.chunkedPlacements.find(orderId),
  };
  await expect(undoAbandoned(failing, noon + 121_000)).rejects.toThrow('1 of 3 item(s) failed');
  expect(await openPlacements()).toEqual([bad?.orderId]);
  for (const { skus, orderId } of orders) {
    expect(await reservedOf(skus)).toBe(orderId === bad?.orderId ? await unitsReservedByPlacements() : 0);
  }
  expect(await undoAbandoned(stores.chunkedPlacements, noon + 121_000)).toEqual([bad?.orderId]);
  expect(await unitsReservedByPlacements()).toBe(0);
});

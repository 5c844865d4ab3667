import { expect, test } from 'vitest';
import { deductShippedLots } from '../../../functions/stock-update/lots/deduct-shipped-lots.ts';
import { expireLots } from '../../../functions/stock-update/lots/expire-lots.ts';
import { createLotStore } from '../../../functions/stock-update/lots/lot-store.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { StockLotExpired, StockMoved } from '../../../shared/contracts/stock/events.ts';
import { transact } from '../../../shared/dynamodb/database.ts';
import { reserveAction } from '../../../shared/stock/reservation.ts';
import { stockPartition } from '../../../shared/stock/stock-item.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { aCause, aMovement, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';
import { expiryCutoff } from '../../../shared/stock/lot.ts';

const dayMs = 86_400_000;
const database = databaseForAll();
const store = createStockStore(database.db, tables);
const lots = createLotStore(database.db, tables);
const cutoffAt = expiryCutoff({});
const log = { info: () => undefined };

let made = 0;
const dayAfter = (days: number) => new Date(noon + days * dayMs).toISOString().slice(0, 10);
/** A SKU of 10 units in lot L, which expires tomorrow, and 5 units without a lot. */
async function aSkuWithLot() {
  const sku = await stockedSku(database.db, 0);
  const post = async (given: Partial<Movement>, now = noon) => {
    const movement = aMovement({ movementId: `expiry-${(made += 1)}`, sku, ...given });
    return (await applyMovements(store, [movement], aCause({ now })))[0];
  };
  await post({ quantity: 10, lot: 'L', expiresOn: dayAfter(1) });
  await post({ quantity: 5 });
  const reserve = (units: number) =>
    transact(database.db, [reserveAction(tables.STOCK_TABLE_NAME, { sku, from: [{ warehouse: 'main', units }] })]);
  const expire = (now: number, id = `run-${(made += 1)}`) =>
    expireLots(
      {
        store: {
          ...lots,
          skus: async function* skus() {
            yield [sku];
          },
        },
        log,
      },
      cutoffAt,
    )(now, id);
  const main = async () => (await store.stock(sku)).stock?.warehouses['main'];
  const ship = async (units: number, now: number) => {
    const moved = { sku, warehouse: 'main', type: 'shipment' as const, onHandDelta: -units, unavailableDelta: 0 };
    const at = { movementId: `expiry-ship-${(made += 1)}`, occurredAt: new Date(now).toISOString() };
    const event = StockMoved.envelope.parse(newEvent(StockMoved, { ...moved, ...at }, aCause()));
    await deductShippedLots(lots, cutoffAt, () => now)(event);
  };
  const events = () => eventsOf(database.db, tables.STOCK_TABLE_NAME, `${stockPartition(sku)}#LOTS`);
  const ledger = async () =>
    (await store.ledger(sku, undefined, 100)).reduce(
      (sum, { data }) => sum + (data.unavailableDeltas?.expired ?? 0),
      0,
    );
  return { sku, post, reserve, expire, main, ship, events, ledger };
}

test.each([
  ['while the lot is sold', noon, 0],
  ['on the last day', noon + dayMs, 0],
  ['15 minutes before the day ends', Date.parse(`${dayAfter(1)}T23:45:00Z`), 10],
  ['the day after', noon + 2 * dayMs, 10],
  ['a month after', noon + 30 * dayMs, 10],
])('the expired units are unavailable %s, and cannot be reserved', async (_name, now, expired) => {
  const { reserve, expire, main, ledger } = await aSkuWithLot();
  await expire(now);
  expect(await main()).toMatchObject({ onHand: 15, available: 15 - expired, unavailable: expired });
  expect(await ledger()).toBe(expired);
  expect(await reserve(16 - expired)).toBe('version-conflict');
  expect(await reserve(15 - expired)).toBe('done');
});

test('a lot expires once, with one event, however often and concurrently the job runs', async () => {
  const { expire, main, events, ledger } = await aSkuWithLot();
  const later = noon + 2 * dayMs;
  await Promise.all([expire(later), expire(later), expire(later)]);
  await expire(later, 'again');
  expect(await main()).toMatchObject({ available: 5, expired: 10 });
  expect(await ledger()).toBe(10);
  expect((await events()).filter(({ detailType }) => detailType === StockLotExpired.detailType)).toHaveLength(1);
});

test('units that orders reserved and that expire are short', async () => {
  const { reserve, expire, main } = await aSkuWithLot();
  await reserve(8);
  await expire(noon + 2 * dayMs);
  expect(await main()).toMatchObject({ onHand: 15, reserved: 8, unavailable: 10, available: -3 });
});

test('movements, shipments and expiry at the same time leave counters that agree', async () => {
  const { post, expire, main, ship, ledger } = await aSkuWithLot();
  const later = noon + 2 * dayMs;
  await Promise.all([
    expire(later),
    post({ quantity: 3, lot: 'L' }, later),
    post({ type: 'write-off', quantity: 2, lot: 'L' }, later),
    ship(1, later),
  ]);
  await expire(later);
  const stock = await main();
  expect(stock).toMatchObject({ onHand: 16, expired: 10, unavailable: 10, available: 6 });
  expect(await ledger()).toBe(10);
});

test('an empty lot keeps its expiry day: a receipt without one has it, and one with another is refused', async () => {
  const { sku, post } = await aSkuWithLot();
  await post({ type: 'write-off', quantity: 10, lot: 'L' });
  expect(await store.lots(sku)).toEqual([]);
  expect(await post({ quantity: 1, lot: 'L', expiresOn: dayAfter(9) })).toMatchObject({
    reason: 'lot-conflict',
    detail: expect.stringContaining(dayAfter(1)),
  });
  expect(await post({ quantity: 4, lot: 'L' })).toMatchObject({ status: 'applied' });
  expect(await store.lots(sku)).toMatchObject([{ lot: 'L', units: 4, expiresOn: dayAfter(1) }]);
});

test('a lot whose expiry day is corrected is sold again', async () => {
  const { post, expire, main } = await aSkuWithLot();
  const later = noon + 2 * dayMs;
  await expire(later);
  await post({ type: 'expiry-correction', quantity: 0, lot: 'L', expiresOn: dayAfter(9) }, later);
  expect(await main()).toMatchObject({ available: 15, expired: 0, unavailable: 0 });
  await expire(later);
  expect(await main()).toMatchObject({ available: 15 });
});

test.each([0, 1, 2])(
  'a SKU whose lots cannot be read (place %i) delays no other, also not of later pages',
  async (bad) => {
    const read: string[] = [];
    const failing = {
      ...lots,
      skus: async function* skus() {
        yield ['0', '1'];
        yield ['2'];
      },
      lotsOf: async (sku: string) => {
        if (sku === String(bad)) throw new TypeError('An item does not parse');
        read.push(sku);
        return [];
      },
    };
    const run = expireLots({ store: failing, log }, cutoffAt)(noon, 'run-with-bad-sku');
    await expect(run).rejects.toThrow('1 of 3 item(s) failed');
    expect(read.toSorted()).toEqual(['0', '1', '2'].filter((sku) => sku !== String(bad)));
  },
);

import { expect, test } from 'vitest';
import { createLotStore } from '../../../functions/stock-update/lots/lot-store.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { deductShippedLots } from '../../../functions/stock-update/lots/deduct-shipped-lots.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { StockLotsShipped, StockMoved } from '../../../shared/contracts/stock/events.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { stockPartition } from '../../../shared/stock/stock-item.ts';
import { aCause, aMovement, aPolicy, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';
import { expiryCutoff } from '../../../shared/stock/lot.ts';

const database = databaseForAll();
const store = createStockStore(database.db, tables);
const lots = createLotStore(database.db, tables);
const deliver = deductShippedLots(lots, expiryCutoff({ TIME_ZONE: aPolicy().timeZone }), () => noon);

let made = 0;
/** A SKU with 5 units of lot L in inspection. */
async function inspected() {
  const sku = await stockedSku(database.db, 0);
  const post = async (given: Partial<Movement>) => {
    const movement = aMovement({ movementId: `lots-${(made += 1)}`, sku, lot: 'L', ...given });
    expect(await applyMovements(store, [movement], aCause())).toMatchObject([{ status: 'applied' }]);
  };
  await post({ quantity: 5, to: 'inspection' });
  const shipment = (units: number) => {
    const moved = { sku, warehouse: 'main', type: 'shipment' as const, onHandDelta: -units, unavailableDelta: 0 };
    const occurredAt = new Date(noon).toISOString();
    const movementId = `shipped-${(made += 1)}`;
    return StockMoved.envelope.parse(newEvent(StockMoved, { movementId, ...moved, occurredAt }, aCause()));
  };
  return {
    shipment,
    release: () => post({ type: 'status-change', from: 'inspection', quantity: 5 }),
    units: async () => (await store.lots(sku)).map(({ units }) => units),
    events: () => eventsOf(database.db, tables.STOCK_TABLE_NAME, `${stockPartition(sku)}#LOTS`),
  };
}

test('a redelivered shipment for which no lot had units deducts nothing later', async () => {
  const { shipment, release, units, events } = await inspected();
  const shipped = shipment(2);
  await deliver(shipped);
  expect(await events()).toEqual([]);
  await release();
  await deliver(shipped);
  expect(await units()).toEqual([5]);
  await deliver(shipment(2));
  expect(await units()).toEqual([3]);
  expect(await events()).toMatchObject([{ detailType: StockLotsShipped.detailType }]);
});

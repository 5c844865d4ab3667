import { expect, test } from 'vitest';
import { channels } from '../../support/environment.ts';
import { editing } from '../../../functions/order-intake/editing/edit-api.ts';
import type { ExpireHolds } from '../../../functions/order-intake/order/hold-expiry-job.ts';
import { readPricedOffer } from '../../../shared/catalog/offer-store.ts';
import { readTaxZones } from '../../../shared/settings/priced-settings-store.ts';
import { editOrder } from '../../../shared/contracts/orders/edit-routes.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import { anOrder, aPolicy } from '../../support/builders.ts';
import { withConflicts } from '../../support/database/conflicting-database.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { orderStores, placing, skipExpiry } from '../../support/orders/order-stores.ts';
import { aRequest } from '../../support/requests.ts';
import { skusWith, unitsOf } from '../../support/stock/many-skus.ts';
import { receive } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const place = placing(orderStores(database.db));

async function placed(externalOrderId: string, sku: string, quantity: number): Promise<string> {
  const body = anOrder({ externalOrderId, lines: [{ sku, quantity }] });
  return routes.OrderResponse.parse((await place(aRequest(routes.placeOrder, { body }))).body).orderId;
}

/** Returns the edit route on a database; `beforeWrite` runs once, between the read and the write. */
function editsOn(
  db = database.db,
  beforeWrite: () => Promise<unknown> = async () => undefined,
  expireHolds: ExpireHolds = skipExpiry,
) {
  const read = readPricedOffer(db, tables);
  let isFirst = true;
  const offerOf: typeof read = async (skus) => {
    const offer = await read(skus);
    if (isFirst) await beforeWrite();
    isFirst = false;
    return offer;
  };
  const { orders } = orderStores(db);
  const edit = editing(orders, { offerOf, zonesOf: readTaxZones(db, tables) }, channels, aPolicy(), expireHolds);
  return (orderId: string, quantity: number) =>
    edit(
      aRequest(editOrder, {
        params: { orderId },
        body: { editId: `to-${quantity}`, reason: 'asked for', lines: [{ lineId: 'line-1', quantity }] },
      }),
    );
}

test('refuses an edit whose units another order reserved after the edit read the stock', async () => {
  const [sku = ''] = await skusWith(database.db, [5]);
  const orderId = await placed('slow', sku, 2);
  const response = await editsOn(database.db, () => placed('fast', sku, 2))(orderId, 4);
  expect(response).toMatchObject({ status: 409, body: { lines: [{ sku, requested: 2, available: 1 }] } });
  expect(await unitsOf(database.db, [sku])).toEqual({ onHand: 5, reserved: 4 });
});

test('accepts an edit if units become available while it is decided and no reservation is overdue', async () => {
  const [sku = ''] = await skusWith(database.db, [2]);
  const orderId = await placed('short', sku, 2);
  const edit = editsOn(
    database.db,
    () => receive(database.db, sku, 5),
    async () => 'all-expired',
  );
  expect((await edit(orderId, 4)).status).toBe(200);
  expect(await unitsOf(database.db, [sku])).toEqual({ onHand: 7, reserved: 4 });
});

test('decides an edit again after another edit of the same order was written first', async () => {
  const [sku = ''] = await skusWith(database.db, [9]);
  const orderId = await placed('raced', sku, 2);
  const response = await editsOn(database.db, () => editsOn()(orderId, 7))(orderId, 4);
  expect(response).toMatchObject({ status: 200, body: { lines: [{ quantity: 4, totalMinor: 400 }] } });
  expect(await unitsOf(database.db, [sku])).toEqual({ onHand: 9, reserved: 4 });
});

test('retries an edit after transaction conflicts', async () => {
  const [sku = ''] = await skusWith(database.db, [9]);
  const orderId = await placed('contended', sku, 2);
  expect(await editsOn(withConflicts(database.db, { conflicts: 3 }))(orderId, 1)).toMatchObject({ status: 200 });
  expect(await unitsOf(database.db, [sku])).toEqual({ onHand: 9, reserved: 1 });
});

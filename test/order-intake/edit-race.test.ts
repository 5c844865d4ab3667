import { expect, test } from 'vitest';
import { channels } from '../support/environment.ts';
import { placeOrder } from '../../functions/order-intake/api.handler.ts';
import { createChangeStore } from '../../functions/order-intake/order/order-store.ts';
import { editing } from '../../functions/order-intake/editing/edit-api.ts';
import type { EndOverdue } from '../../functions/order-intake/expiry/overdue.ts';
import { readOffer } from '../../shared/catalog/offer-store.ts';
import { createOrderStore } from '../../functions/order-intake/placement/store.ts';
import { editOrder } from '../../shared/contracts/orders/edit-routes.ts';
import * as routes from '../../shared/contracts/orders/routes.ts';
import { OrderAnswer } from '../../shared/contracts/orders/routes.ts';
import { anOrder, aPolicy } from '../support/builders.ts';
import { withConflicts } from '../support/database/conflicting-database.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { skusWith, unitsOf } from '../support/stock/many-skus.ts';
import { aRequest } from '../support/requests.ts';
import { receive } from '../support/stock/stocked-skus.ts';

const database = databaseForAll();
const store = createOrderStore(database.db, tables, aPolicy().timeZone);

async function placed(externalOrderId: string, sku: string, quantity: number): Promise<string> {
  const body = anOrder({ externalOrderId, lines: [{ sku, quantity }] });
  const answer = await placeOrder(store, channels, aPolicy())(aRequest(routes.placeOrder, { body }));
  return OrderAnswer.parse(answer.body).orderId;
}

/** Edits on this database; `meanwhile` happens once, between what is read and what is written. */
function editsOn(
  db = database.db,
  meanwhile: () => Promise<unknown> = async () => undefined,
  endOverdue: EndOverdue = async () => 'not-looked',
) {
  const read = readOffer(db, tables);
  let isFirst = true;
  const offerOf: typeof read = async (skus) => {
    const offer = await read(skus);
    if (isFirst) await meanwhile();
    isFirst = false;
    return offer;
  };
  const changes = createChangeStore(db, tables, aPolicy().timeZone);
  const edit = editing(changes, offerOf, channels, aPolicy(), endOverdue);
  return (orderId: string, quantity: number) =>
    edit(
      aRequest(editOrder, {
        params: { orderId },
        body: { editId: `to-${quantity}`, reason: 'asked for', lines: [{ lineId: 'line-1', quantity }] },
      }),
    );
}

test('an edit for stock that somebody else took since it was read is refused, and takes nothing', async () => {
  const [sku = ''] = await skusWith(database.db, [5]);
  const orderId = await placed('slow', sku, 2);
  const answer = await editsOn(database.db, () => placed('fast', sku, 2))(orderId, 4);
  expect(answer).toMatchObject({ status: 409, body: { lines: [{ sku, requested: 2, available: 1 }] } });
  expect(await unitsOf(database.db, [sku])).toEqual({ onHand: 5, reserved: 4 });
});

test('an edit short of stock that somebody frees while it is decided has it, though no hold is left to end', async () => {
  const [sku = ''] = await skusWith(database.db, [2]);
  const orderId = await placed('short', sku, 2);
  const edit = editsOn(
    database.db,
    () => receive(database.db, sku, 5),
    async () => 'all-ended',
  );
  expect((await edit(orderId, 4)).status).toBe(200);
  expect(await unitsOf(database.db, [sku])).toEqual({ onHand: 7, reserved: 4 });
});

test('an edit that another edit was faster than is decided on what that one left', async () => {
  const [sku = ''] = await skusWith(database.db, [9]);
  const orderId = await placed('raced', sku, 2);
  const answer = await editsOn(database.db, () => editsOn()(orderId, 7))(orderId, 4);
  expect(answer).toMatchObject({ status: 200, body: { lines: [{ quantity: 4, totalMinor: 400 }] } });
  expect(await unitsOf(database.db, [sku])).toEqual({ onHand: 9, reserved: 4 });
});

test('an edit goes on through contention', async () => {
  const [sku = ''] = await skusWith(database.db, [9]);
  const orderId = await placed('contended', sku, 2);
  expect(await editsOn(withConflicts(database.db, { conflicts: 3 }))(orderId, 1)).toMatchObject({ status: 200 });
  expect(await unitsOf(database.db, [sku])).toEqual({ onHand: 9, reserved: 1 });
});

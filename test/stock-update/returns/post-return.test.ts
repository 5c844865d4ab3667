import { expect, test } from 'vitest';
import { postReturn } from '../../../functions/stock-update/returns/post-return.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { ReturnReceived } from '../../../shared/contracts/refunds/events.ts';
import { aCause, aMovement, noon } from '../../support/builders.ts';
import { crashing } from '../../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { createSku, stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const hourMs = 3_600_000;

/** A parcel with two units of one SKU, one of them damaged, and three of another, of which one is missing. */
const parcel = (one: string, two: string) => {
  const unit = (sku: string, quantity: number, disposition: 'restock' | 'damaged' | 'missing') => ({
    lineId: `line-${sku}`,
    sku,
    warehouse: 'main',
    quantity,
    disposition,
    ...(disposition !== 'missing' && { movementId: `${sku}-${disposition}` }),
  });
  return newEvent(
    ReturnReceived,
    {
      refundId: 'ref_0123456789abcdefghjkmnpqrs',
      orderId: 'ord_0123456789abcdefghjkmnpqrs',
      externalOrderId: 'order-1',
      channel: 'storefront',
      currency: 'GBP',
      status: 'approved',
      reason: 'late',
      amountMinor: 1000,
      version: 2,
      rmaId: 'rma_0123456789abcdefghjkmnpqrs',
      receiptId: 'parcel-1',
      units: [unit(one, 1, 'restock'), unit(one, 1, 'damaged'), unit(two, 2, 'restock'), unit(two, 1, 'missing')],
      isComplete: true,
    },
    aCause(),
  );
};

const book = (db: Database, event: unknown, now = noon) =>
  postReturn(createStockStore(db, tables), () => now)(ReturnReceived.envelope.parse(event));

const stockOf = async (sku: string) => {
  const { stock } = await createStockStore(database.db, tables).stock(sku);
  return stock?.warehouses['main'];
};

test.each([1, 2].flatMap((transaction) => (['before', 'after'] as const).map((when) => ({ transaction, when }))))(
  'is booked once if it was cut off $when transaction $transaction',
  async ({ transaction, when }) => {
    const [one, two] = [await stockedSku(database.db, 0), await stockedSku(database.db, 0)];
    const event = parcel(one, two);
    await expect(book(crashing(database.db, { transaction, when }), event)).rejects.toThrow('Crashed');
    await book(database.db, event);
    await book(database.db, event);
    expect(await stockOf(one)).toMatchObject({ onHand: 2, available: 1, unavailable: 1, damaged: 1 });
    expect(await stockOf(two)).toMatchObject({ onHand: 2, available: 2, unavailable: 0 });
  },
);

test('is of when it was received: a count that was made before it was booked has it already', async () => {
  const [one, two] = [await stockedSku(database.db, 5), await stockedSku(database.db, 0)];
  await book(database.db, parcel(one, two), noon + hourMs);
  const halfPast = new Date(noon + hourMs / 2).toISOString();
  const count = aMovement({ sku: one, movementId: `${one}-count`, type: 'count', quantity: 7, occurredAt: halfPast });
  const later = aCause({ now: noon + 2 * hourMs });
  expect(await applyMovements(createStockStore(database.db, tables), [count], later)).toMatchObject([
    { status: 'applied' },
  ]);
  expect(await stockOf(one)).toMatchObject({ onHand: 7 });
});

test('is not lost where stock refuses it: it comes again', async () => {
  const [one, two] = [await stockedSku(database.db, 0), 'UNKNOWN'];
  await expect(book(database.db, parcel(one, two))).rejects.toThrow('UNKNOWN-restock of rma_');
  expect(await stockOf(one)).toMatchObject({ onHand: 2 });
  await createSku(database.db, { sku: two });
  await book(database.db, parcel(one, two));
  expect([await stockOf(one), await stockOf(two)]).toMatchObject([{ onHand: 2 }, { onHand: 2 }]);
});

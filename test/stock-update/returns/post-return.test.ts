import { expect, test } from 'vitest';
import { postReturn } from '../../../functions/stock-update/returns/post-return.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { ReturnReceived } from '../../../shared/contracts/refunds/events.ts';
import { aCause, aMovement, noon } from '../../support/builders.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { createSku, stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const hourMs = 3_600_000;

/** A return of two units of one SKU, one damaged, and three of another SKU, one missing. */
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

const post = (db: Database, event: unknown, now = noon) =>
  postReturn(createStockStore(db, tables), () => now)(ReturnReceived.envelope.parse(event));

const stockOf = async (sku: string) => {
  const { stock } = await createStockStore(database.db, tables).stock(sku);
  return stock?.warehouses['main'];
};

test.each([1, 2].flatMap((transaction) => (['before', 'after'] as const).map((when) => ({ transaction, when }))))(
  'applies a return once after a crash $when transaction $transaction',
  async ({ transaction, when }) => {
    const [one, two] = [await stockedSku(database.db, 0), await stockedSku(database.db, 0)];
    const event = parcel(one, two);
    await expect(post(withCrash(database.db, { transaction, when }), event)).rejects.toThrow('Crashed');
    await post(database.db, event);
    await post(database.db, event);
    expect(await stockOf(one)).toMatchObject({ onHand: 2, available: 1, unavailable: 1, damaged: 1 });
    expect(await stockOf(two)).toMatchObject({ onHand: 2, available: 2, unavailable: 0 });
  },
);

test('a count after the parcel was received includes its units, even if the return is applied later', async () => {
  const [one, two] = [await stockedSku(database.db, 5), await stockedSku(database.db, 0)];
  await post(database.db, parcel(one, two), noon + hourMs);
  const halfPast = new Date(noon + hourMs / 2).toISOString();
  const count = aMovement({ sku: one, movementId: `${one}-count`, type: 'count', quantity: 7, occurredAt: halfPast });
  const later = aCause({ now: noon + 2 * hourMs });
  expect(await applyMovements(createStockStore(database.db, tables), [count], later)).toMatchObject([
    { status: 'applied' },
  ]);
  expect(await stockOf(one)).toMatchObject({ onHand: 7 });
});

test('a return with a rejected movement fails and succeeds on redelivery', async () => {
  const [one, two] = [await stockedSku(database.db, 0), 'UNKNOWN'];
  await expect(post(database.db, parcel(one, two))).rejects.toThrow('UNKNOWN-restock of return rma_');
  expect(await stockOf(one)).toMatchObject({ onHand: 2 });
  await createSku(database.db, { sku: two });
  await post(database.db, parcel(one, two));
  expect([await stockOf(one), await stockOf(two)]).toMatchObject([{ onHand: 2 }, { onHand: 2 }]);
});

import assert from 'node:assert';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { channels } from '../../support/environment.ts';
import { applyChange } from '../../../functions/order-intake/order/apply.ts';
import { recordPayment } from '../../../functions/order-intake/payments/record-payment.ts';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import { placeReplacement } from '../../../functions/order-intake/exchange/place-replacement.ts';
import { createExchangeStore } from '../../../functions/order-intake/exchange/exchange-store.ts';
import { writeExport } from '../../../functions/order-intake/export/export-job.ts';
import { findPage } from '../../../functions/order-intake/search/find-page.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import type { Channels } from '../../../shared/store.ts';
import { orderIdOf, replacementNameOf } from '../../../shared/ids.ts';
import { aCapture, aCause, anOrder, aPolicy, noon } from '../../support/builders.ts';
import { withConflicts } from '../../support/database/conflicting-database.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { anApprovedExchange } from '../../support/orders/approved-exchange.ts';
import { expiryOf, orderStores, placing, retryBudgetMs } from '../../support/orders/order-stores.ts';
import { skusWith, unitsOf } from '../../support/stock/many-skus.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';
import { receive } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();

const { timeZone } = aPolicy();
const storesOn = (db: Database = database.db) => orderStores(db);
const orders = () => storesOn().orders;
const weekMs = 7 * 86_400_000;

let made = 0;
/** Returned goods of 3.00, paid by two payments, are exchanged for this many units at 1.00. Five are in stock. */
async function exchangeFor(quantity: number, known: Channels = channels) {
  const [returned = '', wanted = ''] = await skusWith(database.db, [5, 5]);
  const externalOrderId = `returned-${(made += 1)}`;
  const body = anOrder({ externalOrderId, lines: [{ sku: returned, quantity: 3 }] });
  await placing(storesOn(), { channels: known })(aRequest(routes.placeOrder, { body }));
  const refundId = `ref_${String(made).padStart(26, '0')}`;
  const approved = anApprovedExchange({
    refundId,
    externalOrderId,
    lines: [{ sku: wanted, quantity }],
    payments: [
      { provider: 'acme', paymentId: 'new', amountMinor: 100 },
      { provider: 'stripe', paymentId: 'old', amountMinor: 200 },
    ],
  });
  const replacementId = orderIdOf('storefront', replacementNameOf(refundId));
  return {
    wanted,
    orderId: approved.orderId,
    replacementId,
    place: (db = database.db, exchanges = createExchangeStore(db, tables, timeZone)) =>
      placeReplacement(
        { ...storesOn(db), exchanges },
        known,
        aPolicy(),
        expiryOf(orders()),
        retryBudgetMs,
      )(approved, aCause()),
    replacement: async () => (await orders().read([replacementId]))[0],
    eventTypes: async () =>
      (await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${replacementId}`)).map((event) => event.detailType),
    reserved: async () => (await unitsOf(database.db, [wanted])).reserved,
  };
}
/** The status of an order in an export that starts at this time. */
async function exportedAt(now: number, orderId: string) {
  const directory = await mkdtemp(join(tmpdir(), 'export-'));
  const [day] = new Date(noon).toISOString().split('T');
  assert(day);
  const path = join(directory, 'orders.csv');
  await writeExport((...query) => findPage({ ...orders(), ...storesOn().search }, ...query), {
    from: day,
    to: day,
    access: { onlyChannel: undefined, channels: ['storefront'] },
    path,
    now,
  });
  const lines = (await readFile(path, 'utf8')).split('\n');
  await rm(directory, { recursive: true });
  return lines.find((line) => line.startsWith(orderId))?.split(',')[3];
}

describe('the order that replaces returned goods', () => {
  test.each([
    ['of the same price', 3, 'paid', [100, 200]],
    ['with a lower price', 2, 'paid', [100, 100]],
    ['with a price below one of the payments', 1, 'paid', [100]],
    ['with a higher price', 4, 'payment-pending', [100, 200]],
  ])(
    '%s is paid by the payments of the returned order, at their providers',
    async (_name, quantity, status, amounts) => {
      const exchange = await exchangeFor(quantity);
      expect(await exchange.place()).toBe('placed');
      const replacement = await exchange.replacement();
      expect(replacement).toMatchObject({ status, totalMinor: 100 * quantity, customer: { id: 'customer-1' } });
      expect(replacement?.payments?.map(({ amountMinor }) => amountMinor)).toEqual(amounts);
      expect(replacement?.payments?.map(({ provider, paymentId }) => `${provider}/${paymentId}`)).toEqual(
        ['acme/new', 'stripe/old'].slice(0, amounts.length),
      );
      expect(replacement?.exchangeOf?.payments.map(({ amountMinor }) => amountMinor)).toEqual(amounts);
      expect(replacement?.exchangeOf?.orderId).toBe(exchange.orderId);
      expect(replacement?.reservedUntil).toBe(status === 'paid' ? null : new Date(noon + weekMs).toISOString());
      expect([await exchange.eventTypes(), await exchange.reserved()]).toEqual([['OrderPlaced'], quantity]);
    },
  );

  // Seen failing: it was priced as if the prices contained the tax, so that its tax was taken from them.
  test('has the tax on top in a channel whose prices have none', async () => {
    const withoutTax = { ...channels, storefront: { ...channels.storefront, taxIncluded: false } };
    const { place, replacementId } = await exchangeFor(3, withoutTax);
    expect(await place()).toBe('placed');
    const [order] = await orders().read([replacementId]);
    expect(order).toMatchObject({ taxIncluded: false, subtotalMinor: 300, taxMinor: 60, totalMinor: 360 });
  });

  test('is placed once by repeated and concurrent messages', async () => {
    const exchange = await exchangeFor(3);
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => exchange.place(withConflicts(database.db, { conflicts: 2 }))),
    );
    expect(outcomes).toEqual(['placed', 'placed', 'placed']);
    expect(await exchange.place()).toBe('placed');
    expect([await exchange.eventTypes(), await exchange.reserved()]).toEqual([['OrderPlaced'], 3]);
  });

  test('is placed once if another message places it after the outcome was read', async () => {
    const exchange = await exchangeFor(3);
    const exchanges = createExchangeStore(database.db, tables, timeZone);
    let reads = 0;
    const outcome = async (orderId: string) => {
      reads += 1;
      const before = await exchanges.outcome(orderId);
      await exchange.place();
      return before;
    };
    expect(await exchange.place(database.db, { ...exchanges, outcome })).toBe('placed');
    expect([reads, await exchange.eventTypes(), await exchange.reserved()]).toEqual([1, ['OrderPlaced'], 3]);
  });

  test.each(['before', 'after'] as const)('is complete after a crash %s its transaction', async (when) => {
    for (const [quantity, event, reserved] of [
      [3, 'OrderPlaced', 3],
      [6, 'ReplacementRefused', 0],
    ] as const) {
      const exchange = await exchangeFor(quantity);
      await expect(exchange.place(withCrash(database.db, { transaction: 1, when }))).rejects.toThrow('Crashed');
      await exchange.place();
      expect([await exchange.eventTypes(), await exchange.reserved()]).toEqual([[event], reserved]);
    }
  });

  test('is not placed after a refusal, also with new stock, because its money may be refunded', async () => {
    const exchange = await exchangeFor(6);
    expect(await exchange.place()).toBe('refused');
    await receive(database.db, exchange.wanted, 5);
    expect(await exchange.place()).toBe('refused');
    expect([await exchange.replacement(), await exchange.eventTypes()]).toEqual([undefined, ['ReplacementRefused']]);
  });

  test('is refused while a chargeback is open on its payments', async () => {
    const exchange = await exchangeFor(3);
    const chargeback = aCapture(100, { type: 'chargeback.opened' });
    await recordPayment(orders(), exchange.orderId, chargeback, aCause());
    expect([await exchange.place(), await exchange.reserved()]).toEqual(['refused', 0]);
  });

  test('with a higher price waits for the difference and is paid with it', async () => {
    const exchange = await exchangeFor(4);
    await exchange.place();
    await recordPayment(orders(), exchange.replacementId, aCapture(100, { paymentId: 'difference' }), aCause());
    expect(await exchange.replacement()).toMatchObject({ status: 'paid', reservedUntil: null });
  });

  test('is cancelled after its payment window without the difference, and its stock is released', async () => {
    const exchange = await exchangeFor(4);
    await exchange.place();
    const readAt = (now: number) =>
      applyChange(orders(), exchange.replacementId, (order) => ({ kind: 'already-done', order }), aCause({ now }));
    await readAt(noon + weekMs - 1);
    expect(await exchange.replacement()).toMatchObject({ status: 'payment-pending' });
    expect(await exportedAt(noon + weekMs, exchange.replacementId)).toBe('cancelled');
    await readAt(noon + weekMs);
    expect(await exchange.replacement()).toMatchObject({ status: 'cancelled', cancelledMinor: 400 });
    expect([await exchange.eventTypes(), await exchange.reserved()]).toEqual([['OrderPlaced', 'OrderCancelled'], 0]);
  });

  test('is paid once the units above the returned value are cancelled', async () => {
    const exchange = await exchangeFor(5);
    await exchange.place();
    const cancelOne = (requestId: string) => {
      const cancellation = { requestId, reason: 'too expensive', lines: [{ lineId: 'line-1', quantity: 1 }] };
      return applyChange(orders(), exchange.replacementId, (order) => cancel(order, cancellation, requestId), aCause());
    };
    await cancelOne('first');
    expect(await exchange.replacement()).toMatchObject({ status: 'payment-pending' });
    await cancelOne('second');
    expect(await exchange.replacement()).toMatchObject({ status: 'paid', reservedUntil: null });
  });
});

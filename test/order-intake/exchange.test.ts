import assert from 'node:assert';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { channels } from '../support/environment.ts';
import { placeOrder } from '../../functions/order-intake/api.handler.ts';
import { apply, recordPayment } from '../../functions/order-intake/order/apply.ts';
import { cancel } from '../../functions/order-intake/cancellation/cancel.ts';
import { createChangeStore } from '../../functions/order-intake/order/order-store.ts';
import { placeReplacement } from '../../functions/order-intake/exchange/place-replacement.ts';
import { createExchangeStore } from '../../functions/order-intake/exchange/exchange-store.ts';
import { writeExport } from '../../functions/order-intake/export/export-file.ts';
import { overdueEnder } from '../../functions/order-intake/expiry/overdue.ts';
import { createOrderStore } from '../../functions/order-intake/placement/store.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import * as routes from '../../shared/contracts/orders/routes.ts';
import { orderIdOf, replacementNameOf } from '../../shared/ids.ts';
import { aCapture, aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { withConflicts } from '../support/database/conflicting-database.ts';
import { withCrash } from '../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { anApprovedExchange } from '../support/orders/approved-exchange.ts';
import { skusWith, unitsOf } from '../support/stock/many-skus.ts';
import { eventsOf } from '../support/database/outbox.ts';
import { aRequest } from '../support/requests.ts';
import { receive } from '../support/stock/stocked-skus.ts';

const database = databaseForAll();

const { timeZone } = aPolicy();
const storeOn = (db: Database = database.db) => createOrderStore(db, tables, timeZone);
const changes = () => createChangeStore(database.db, tables, timeZone);
const weekMs = 7 * 86_400_000;

let made = 0;
/** Goods at 1.00 a unit come back that two payments gave 3.00 for; so many units are wanted instead, of five. */
async function exchangeFor(quantity: number) {
  const [returned = '', wanted = ''] = await skusWith(database.db, [5, 5]);
  const externalOrderId = `returned-${(made += 1)}`;
  const body = anOrder({ externalOrderId, lines: [{ sku: returned, quantity: 3 }] });
  await placeOrder(storeOn(), channels, aPolicy())(aRequest(routes.placeOrder, { body }));
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
      placeReplacement(storeOn(db), exchanges, channels, aPolicy(), overdueEnder(changes()))(approved, aCause()),
    replacement: async () => (await storeOn().read([replacementId]))[0],
    told: async () =>
      (await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${replacementId}`)).map((event) => event.detailType),
    reserved: async () => (await unitsOf(database.db, [wanted])).reserved,
  };
}
/** The status that an export begun at this time shows of an order. */
async function exportedAt(now: number, orderId: string) {
  const directory = await mkdtemp(join(tmpdir(), 'export-'));
  const [day] = new Date(noon).toISOString().split('T');
  assert(day);
  const path = join(directory, 'orders.csv');
  await writeExport(storeOn(), {
    from: day,
    to: day,
    sight: { onlyChannel: undefined, channels: ['storefront'] },
    path,
    now,
  });
  const lines = (await readFile(path, 'utf8')).split('\n');
  await rm(directory, { recursive: true });
  return lines.find((line) => line.startsWith(orderId))?.split(',')[3];
}

describe('the order that replaces returned goods', () => {
  test.each([
    ['as dear', 3, 'paid', [100, 200]],
    ['cheaper', 2, 'paid', [100, 100]],
    ['cheaper than one of the payments', 1, 'paid', [100]],
    ['dearer', 4, 'payment-pending', [100, 200]],
  ])('%s: is paid by what the payments gave, at their providers', async (_name, quantity, status, amounts) => {
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
    expect([await exchange.told(), await exchange.reserved()]).toEqual([['OrderPlaced'], quantity]);
  });

  test('is placed once, however often it is asked for, and by however many at a time', async () => {
    const exchange = await exchangeFor(3);
    const outcomes = await Promise.all([1, 2, 3].map(() => exchange.place(withConflicts(database.db, { conflicts: 2 }))));
    expect(outcomes).toEqual(['placed', 'placed', 'placed']);
    expect(await exchange.place()).toBe('placed');
    expect([await exchange.told(), await exchange.reserved()]).toEqual([['OrderPlaced'], 3]);
  });

  test('is placed once where somebody places it after its outcome was read', async () => {
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
    expect([reads, await exchange.told(), await exchange.reserved()]).toEqual([1, ['OrderPlaced'], 3]);
  });

  test.each(['before', 'after'] as const)('is whole after a crash %s it is written', async (when) => {
    for (const [quantity, event, reserved] of [
      [3, 'OrderPlaced', 3],
      [6, 'ReplacementRefused', 0],
    ] as const) {
      const exchange = await exchangeFor(quantity);
      await expect(exchange.place(withCrash(database.db, { transaction: 1, when }))).rejects.toThrow('Crashed');
      await exchange.place();
      expect([await exchange.told(), await exchange.reserved()]).toEqual([[event], reserved]);
    }
  });

  test('that was refused is never placed, though its stock came since: its money may have gone back', async () => {
    const exchange = await exchangeFor(6);
    expect(await exchange.place()).toBe('refused');
    await receive(database.db, exchange.wanted, 5);
    expect(await exchange.place()).toBe('refused');
    expect([await exchange.replacement(), await exchange.told()]).toEqual([undefined, ['ReplacementRefused']]);
  });

  test('is refused while the bank decides on the money that would pay for it', async () => {
    const exchange = await exchangeFor(3);
    const chargeback = aCapture(100, { type: 'chargeback.opened' });
    await recordPayment(changes(), exchange.orderId, chargeback, aCause());
    expect([await exchange.place(), await exchange.reserved()]).toEqual(['refused', 0]);
  });

  test('waits for the difference, and is paid by it', async () => {
    const exchange = await exchangeFor(4);
    await exchange.place();
    await recordPayment(changes(), exchange.replacementId, aCapture(100, { paymentId: 'difference' }), aCause());
    expect(await exchange.replacement()).toMatchObject({ status: 'paid', reservedUntil: null });
  });

  test('is cancelled when the difference does not come in time: its stock is free, its money to be refunded', async () => {
    const exchange = await exchangeFor(4);
    await exchange.place();
    const look = (now: number) =>
      apply(changes(), exchange.replacementId, (order) => ({ kind: 'already-done', order }), aCause({ now }));
    await look(noon + weekMs - 1);
    expect(await exchange.replacement()).toMatchObject({ status: 'payment-pending' });
    expect(await exportedAt(noon + weekMs, exchange.replacementId)).toBe('cancelled');
    await look(noon + weekMs);
    expect(await exchange.replacement()).toMatchObject({ status: 'cancelled', cancelledMinor: 400 });
    expect([await exchange.told(), await exchange.reserved()]).toEqual([['OrderPlaced', 'OrderCancelled'], 0]);
  });

  test('waits no more once what the return did not pay for is cancelled', async () => {
    const exchange = await exchangeFor(5);
    await exchange.place();
    const cancelOne = (requestId: string) => {
      const cancellation = { requestId, reason: 'too dear', lines: [{ lineId: 'line-1', quantity: 1 }] };
      return apply(changes(), exchange.replacementId, (order) => cancel(order, cancellation, requestId), aCause());
    };
    await cancelOne('first');
    expect(await exchange.replacement()).toMatchObject({ status: 'payment-pending' });
    await cancelOne('second');
    expect(await exchange.replacement()).toMatchObject({ status: 'paid', reservedUntil: null });
  });
});

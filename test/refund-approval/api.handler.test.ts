import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { decisionApi } from '../../functions/refund-approval/approvals/decision-api.ts';
import { refundApi } from '../../functions/refund-approval/requests/refund-api.ts';
import { applyChangeWithOrder } from '../../functions/refund-approval/refund/apply.ts';
import { blockPayout } from '../../functions/refund-approval/payouts/paying.ts';
import { ledgerKey, refundPartition } from '../../functions/refund-approval/refund/refund-keys.ts';
import { requestApi } from '../../functions/refund-approval/requests/request-api.ts';
import { createRefundStore, type RefundStore } from '../../functions/refund-approval/refund/store.ts';
import { readOffer } from '../../shared/catalog/offer-store.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import type { HttpResponse } from '../../shared/contracts/problem.ts';
import * as routes from '../../shared/contracts/refunds/routes.ts';
import { orderIdOf, refundIdOf } from '../../shared/ids.ts';
import { orderKey } from '../../shared/orders/order-keys.ts';
import { aCapture, aCause } from '../support/builders.ts';
import { withConflicts } from '../support/database/conflicting-database.ts';
import { withCrash } from '../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { channels } from '../support/environment.ts';
import { eventsOf } from '../support/database/outbox.ts';
import { anOrderSnapshot } from '../support/refunds/refund-builders.ts';
import { aRequest } from '../support/requests.ts';
import { withSplitBatchRead } from '../support/database/split-batch-reads.ts';

const database = databaseForAll();
const storeOn = (db: Database) => createRefundStore(db, tables);
const store = storeOn(database.db);
const deadline = () => '2026-04-01T00:00:00.000Z';
const requests = (through = store) => requestApi(through, channels, deadline, readOffer(database.db, tables));

let made = 0;
/** An order in its table, captured whole; written again, it is its next version. */
async function anOrder(totalMinor = 20_000) {
  const externalOrderId = `order-${(made += 1)}`;
  const orderId = orderIdOf('storefront', externalOrderId);
  const write = (given: Parameters<typeof anOrderSnapshot>[1] = {}) => {
    const item = { ...anOrderSnapshot([{ totalMinor }], { orderId, externalOrderId, ...given }), ...orderKey(orderId) };
    return database.db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item: item }));
  };
  await write();
  return { orderId, write };
}
const contentOf = (orderId: string) => ({
  requestId: 'request-1',
  orderId,
  reason: 'late',
  lines: [{ lineId: 'line-1', quantity: 1 }],
});
const ask = (orderId: string, through = store, clientId = 'service'): Promise<HttpResponse> =>
  requests(through).requestRefund(aRequest(routes.requestRefund, { body: contentOf(orderId) }, clientId));
const approve = (refundId: string, by: string, through = store): Promise<HttpResponse> =>
  decisionApi(through, { finance: 'finance', lead: 'service-lead' }).decideRefund(
    aRequest(routes.decideRefund, { params: { refundId }, body: { decision: 'approve' } }, by),
  );
const eventTypes = async (refundId: string) =>
  (await eventsOf(database.db, tables.REFUND_TABLE_NAME, refundPartition(refundId))).map(
    ({ detailType }) => detailType,
  );
const pendingMinor = async (orderId: string) =>
  (await store.account(orderId)).pots['payment:acme/payment-1']?.pending.minor;

/** A store that does something before it writes for the first time. */
function meanwhile(does: () => Promise<unknown>): RefundStore {
  let isFirst = true;
  return {
    ...store,
    commit: async (...given) => {
      if (isFirst) await does();
      isFirst = false;
      return store.commit(...given);
    },
  };
}

describe('a request for a refund', () => {
  test.each(['before', 'after'] as const)(
    'whose function ends %s its transaction has no effect by halves, and is sent again',
    async (when) => {
      const { orderId } = await anOrder();
      await expect(ask(orderId, storeOn(withCrash(database.db, { transaction: 1, when })))).rejects.toThrow('Crashed');
      const again = await ask(orderId);
      expect(again.status).toBe(when === 'before' ? 201 : 200);
      expect(await eventTypes(refundIdOf(orderId, 'request-1'))).toEqual(['RefundRequested']);
      expect(await pendingMinor(orderId)).toBe(20_000);
    },
  );

  test('is decided again when the order has changed since it was read', async () => {
    const { orderId, write } = await anOrder();
    const dispute = [aCapture(20_000), aCapture(20_000, { eventId: 'c', type: 'chargeback.opened' })];
    const reply = await ask(
      orderId,
      meanwhile(() => write({ version: 2, payments: dispute })),
    );
    expect(reply).toMatchObject({ status: 409, body: { type: 'chargeback-open' } });
    expect(await eventTypes(refundIdOf(orderId, 'request-1'))).toEqual([]);
  });

  test('waits for the bank too where the order was paid with the money of one that is disputed, however long ago', async () => {
    const [returned, replacement, again] = [await anOrder(), await anOrder(), await anOrder()];
    await replacement.write({ exchangeOf: { orderId: returned.orderId } });
    await again.write({ exchangeOf: { orderId: replacement.orderId } });
    await returned.write({ payments: [aCapture(20_000, { eventId: 'c', type: 'chargeback.opened' })] });
    expect(await ask(again.orderId)).toMatchObject({ status: 409, body: { type: 'chargeback-open' } });
    await returned.write({});
    expect((await ask(again.orderId)).status).toBe(201);
  });

  test('goes through when others’ transactions are in its way a few times', async () => {
    const { orderId } = await anOrder();
    expect((await ask(orderId, storeOn(withConflicts(database.db, { conflicts: 5 })))).status).toBe(201);
    expect(await pendingMinor(orderId)).toBe(20_000);
  });

  test('for another channel’s order is for none', async () => {
    const { orderId } = await anOrder();
    expect((await ask(orderId, store, 'marketplace')).status).toBe(404);
    expect((await ask(orderId, store, 'storefront')).status).toBe(201);
    const params = { refundId: refundIdOf(orderId, 'request-1') };
    const body = { reason: 'x', lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 1 }] };
    const { withdrawRefund, amendRefund } = requests();
    const replies = [
      await withdrawRefund(aRequest(routes.withdrawRefund, { params, body }, 'marketplace')),
      await amendRefund(aRequest(routes.amendRefund, { params, body }, 'marketplace')),
      await refundApi(store, channels).getRefund(aRequest(routes.getRefund, { params }, 'marketplace')),
    ];
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});

describe('what a batch read at two moments', () => {
  const isAccount = (sk: unknown) => sk === ledgerKey('').sk;
  const refundIdIn = (orderId: string) => refundIdOf(orderId, 'request-1');
  const withdraw = (refundId: string) =>
    requests().withdrawRefund(
      aRequest(routes.withdrawRefund, { params: { refundId }, body: { reason: 'x' } }, 'service'),
    );

  test('does not fail an amendment that meets a withdrawal', async () => {
    const { orderId } = await anOrder();
    await ask(orderId);
    const params = { refundId: refundIdIn(orderId) };
    const meeting = withSplitBatchRead(database.db, { late: isAccount, meanwhile: () => withdraw(params.refundId) });
    const body = { reason: 'x', lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 1 }] };
    const reply = await requests(storeOn(meeting)).amendRefund(
      aRequest(routes.amendRefund, { params, body }, 'service'),
    );
    expect(reply).toMatchObject({ status: 409, body: { currentStatus: 'withdrawn' } });
  });

  test('does not refuse a request for money that came and went in between', async () => {
    const { orderId, write } = await anOrder();
    const other = { ...contentOf(orderId), requestId: 'request-2' };
    const meanwhile = async () => {
      await write({ version: 2, payments: [aCapture(20_000), aCapture(2_000, { eventId: 'b', paymentId: 'b' })] });
      const goodwill = { ...other, lines: undefined, goodwillMinor: 2_000 };
      return requests().requestRefund(aRequest(routes.requestRefund, { body: goodwill }, 'service'));
    };
    const reply = await ask(orderId, storeOn(withSplitBatchRead(database.db, { late: isAccount, meanwhile })));
    expect(reply.status).toBe(201);
    expect((await store.account(orderId)).pots['goodwill']?.pending.minor).toBe(2_000);
  });

  test('does not mistake another’s credit for money that is short when a payout is tried again', async () => {
    const { orderId } = await anOrder();
    await ask(orderId);
    const refundId = refundIdIn(orderId);
    await approve(refundId, 'finance');
    await applyChangeWithOrder(store, refundId, (refund, _order, account) => blockPayout(refund, account), aCause());
    const settle = (action: 'retry' | 'store-credit', through = store) =>
      decisionApi(through, {}).settleRefund(
        aRequest(routes.settleRefund, { params: { refundId }, body: { action } }, 'finance'),
      );
    const meeting = withSplitBatchRead(database.db, { late: isAccount, meanwhile: () => settle('store-credit') });
    expect(await settle('retry', storeOn(meeting))).toMatchObject({
      status: 409,
      body: { type: 'illegal-transition', currentStatus: 'store-credit' },
    });
  });
});

describe('a decision', () => {
  test('of two departments at once on what needs both: both count, in one approval', async () => {
    const { orderId } = await anOrder(60_000);
    await ask(orderId);
    const refundId = refundIdOf(orderId, 'request-1');
    const replies = await Promise.all([approve(refundId, 'finance'), approve(refundId, 'lead')]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    const types = ['RefundRequested', 'RefundSupported', 'RefundSupported', 'RefundApproved'];
    expect(await eventTypes(refundId)).toEqual(types);
    expect(await store.refund(refundId)).toMatchObject({ status: 'approved', version: 3 });
  });

  test('that meets a withdrawal loses to it', async () => {
    const { orderId } = await anOrder();
    await ask(orderId);
    const refundId = refundIdOf(orderId, 'request-1');
    const withdraw = () =>
      requests().withdrawRefund(
        aRequest(routes.withdrawRefund, { params: { refundId }, body: { reason: 'x' } }, 'service'),
      );
    const reply = await approve(refundId, 'finance', meanwhile(withdraw));
    expect(reply).toMatchObject({ status: 409, body: { type: 'illegal-transition', currentStatus: 'withdrawn' } });
    expect(await eventTypes(refundId)).toEqual(['RefundRequested', 'RefundWithdrawn', 'RefundCaseClosed']);
    expect(await pendingMinor(orderId)).toBe(0);
  });
});

test('refunds of a status are found by pages, each once, the newest first', async () => {
  const orders = await Promise.all(Array.from({ length: 7 }, () => anOrder(30_000)));
  for (const [index, { orderId }] of orders.entries()) {
    const cause = aCause({ now: Date.UTC(2030, 0, 1 + index) });
    const body = contentOf(orderId);
    await requests().requestRefund(aRequest(routes.requestRefund, { body, cause }, 'service'));
  }
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { status: 'pending-approval' as const, limit: 3, cursor };
    const { body } = await refundApi(store, channels).findRefunds(aRequest(routes.findRefunds, { query }, 'finance'));
    const page = routes.findRefunds.responses[200].schema.parse(body);
    found.push(...page.refunds.map(({ orderId }) => orderId));
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(found.slice(0, 7)).toEqual(orders.map(({ orderId }) => orderId).toReversed());
  expect(new Set(found).size).toBe(found.length);
});

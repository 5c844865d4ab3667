import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { decisionApi } from '../../functions/refund-approval/approvals/decision-api.ts';
import { refundApi } from '../../functions/refund-approval/requests/refund-api.ts';
import { applyChangeWithOrder } from '../../functions/refund-approval/refund/apply.ts';
import { blockPayout } from '../../functions/refund-approval/payouts/decide.ts';
import { refundPartition } from '../../functions/refund-approval/refund/refund-keys.ts';
import { ledgerKey } from '../../shared/refunds/refunded-units.ts';
import { requestApi } from '../../functions/refund-approval/requests/request-api.ts';
import { createPolicyStore } from '../../functions/refund-approval/refund/policy-store.ts';
import { payoutApi } from '../../functions/refund-approval/payouts/payout-api.ts';
import { searchApi } from '../../functions/refund-approval/search/search-api.ts';
import { createRequestStore, type RequestStore } from '../../functions/refund-approval/requests/request-store.ts';
import { readOffer } from '../../shared/catalog/offer-store.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import type { HttpResponse } from '../../shared/contracts/problem.ts';
import * as routes from '../../shared/contracts/refunds/routes.ts';
import { orderIdOf, refundIdOf } from '../../shared/ids.ts';
import { orderKey } from '../../shared/orders/order-keys.ts';
import { cursors } from '../support/cursors.ts';
import { aCapture, aCause } from '../support/builders.ts';
import { withConflicts } from '../support/database/conflicting-database.ts';
import { withCrash } from '../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { channels, warehouses } from '../support/environment.ts';
import { eventsOf } from '../support/database/outbox.ts';
import { anOrderSnapshot } from '../support/refunds/refund-builders.ts';
import { aRequest } from '../support/requests.ts';
import { withSplitBatchRead } from '../support/database/split-batch-reads.ts';

const database = databaseForAll();
const storeOn = (db: Database) => createRequestStore(db, tables);
const store = storeOn(database.db);
const policies = createPolicyStore(database.db, tables.REFUND_TABLE_NAME);
const deadline = () => '2026-04-01T00:00:00.000Z';
const requests = (through = store, reasons?: string[]) =>
  requestApi(through, channels, deadline, readOffer(database.db, tables), reasons);

const noSummary = () => {
  throw new Error('Returns are not listed here');
};

let orderCount = 0;
/** Writes an order that is captured in full. `write` replaces it. */
async function anOrder(totalMinor = 20_000) {
  const externalOrderId = `order-${(orderCount += 1)}`;
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
const requestRefund = (orderId: string, through = store, clientId = 'service'): Promise<HttpResponse> =>
  requests(through).requestRefund(aRequest(routes.requestRefund, { body: contentOf(orderId) }, clientId));
const approve = (refundId: string, by: string, through = store): Promise<HttpResponse> =>
  decisionApi({ store: through, policies }, { finance: 'finance', lead: 'service-lead' }).decideRefund(
    aRequest(routes.decideRefund, { params: { refundId }, body: { decision: 'approve' } }, by),
  );
const eventTypes = async (refundId: string) =>
  (await eventsOf(database.db, tables.REFUND_TABLE_NAME, refundPartition(refundId))).map(
    ({ detailType }) => detailType,
  );
const pendingMinor = async (orderId: string) =>
  (await store.ledger(orderId)).pots['payment:acme/payment-1']?.pending.minor;

/** A store whose first write is preceded by another operation. */
function storeAfter(operation: () => Promise<unknown>): RequestStore {
  let isFirst = true;
  return {
    ...store,
    commit: async (...given) => {
      if (isFirst) await operation();
      isFirst = false;
      return store.commit(...given);
    },
  };
}

describe('a request for a refund', () => {
  test.each(['before', 'after'] as const)(
    'that crashed %s its transaction is complete after it is repeated',
    async (when) => {
      const { orderId } = await anOrder();
      await expect(requestRefund(orderId, storeOn(withCrash(database.db, { transaction: 1, when })))).rejects.toThrow(
        'Crashed',
      );
      const again = await requestRefund(orderId);
      expect(again.status).toBe(when === 'before' ? 201 : 200);
      expect(await eventTypes(refundIdOf(orderId, 'request-1'))).toEqual(['RefundRequested']);
      expect(await pendingMinor(orderId)).toBe(20_000);
    },
  );

  test('is decided again if the order changed since it was read', async () => {
    const { orderId, write } = await anOrder();
    const dispute = [aCapture(20_000), aCapture(20_000, { eventId: 'c', type: 'chargeback.opened' })];
    const response = await requestRefund(
      orderId,
      storeAfter(() => write({ version: 2, payments: dispute })),
    );
    expect(response).toMatchObject({ status: 409, body: { type: 'chargeback-open' } });
    expect(await eventTypes(refundIdOf(orderId, 'request-1'))).toEqual([]);
  });

  test('is refused if the order was paid with the money of an order with an open chargeback, over several exchanges', async () => {
    const [returned, replacement, again] = [await anOrder(), await anOrder(), await anOrder()];
    await replacement.write({ exchangeOf: { orderId: returned.orderId } });
    await again.write({ exchangeOf: { orderId: replacement.orderId } });
    await returned.write({ payments: [aCapture(20_000, { eventId: 'c', type: 'chargeback.opened' })] });
    expect(await requestRefund(again.orderId)).toMatchObject({ status: 409, body: { type: 'chargeback-open' } });
    await returned.write({});
    expect((await requestRefund(again.orderId)).status).toBe(201);
  });

  test('succeeds after several transaction conflicts', async () => {
    const { orderId } = await anOrder();
    expect((await requestRefund(orderId, storeOn(withConflicts(database.db, { conflicts: 5 })))).status).toBe(201);
    expect(await pendingMinor(orderId)).toBe(20_000);
  });

  test.each(['latte', 'Late', 'l', 'constructor', 'arrived too late'])(
    'with the reason "%s", which the list of the store does not have, is refused and changes nothing',
    async (reason) => {
      const { orderId } = await anOrder();
      const body = { ...contentOf(orderId), reason };
      const refused = await requests(store, ['late', 'damaged']).requestRefund(
        aRequest(routes.requestRefund, { body }, 'service'),
      );
      const errors = [{ pointer: '/reason', detail: expect.stringContaining('Valid values: late, damaged') }];
      expect(refused).toMatchObject({ status: 422, body: { type: 'invalid-content', errors } });
      expect(await eventTypes(refundIdOf(orderId, 'request-1'))).toEqual([]);
    },
  );

  test('keeps its response when its reason has left the list', async () => {
    const { orderId } = await anOrder();
    const request = aRequest(routes.requestRefund, { body: contentOf(orderId) }, 'service');
    const first = await requests(store, ['late']).requestRefund(request);
    expect(first.status).toBe(201);
    expect(await requests(store, ['damaged']).requestRefund(request)).toMatchObject({ status: 200, body: first.body });
  });

  test('is 404 for another channel’s order, and so are its other routes', async () => {
    const { orderId } = await anOrder();
    expect((await requestRefund(orderId, store, 'marketplace')).status).toBe(404);
    expect((await requestRefund(orderId, store, 'storefront')).status).toBe(201);
    const params = { refundId: refundIdOf(orderId, 'request-1') };
    const body = { reason: 'x', lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 1 }] };
    const { withdrawRefund, amendRefund } = requests();
    const responses = [
      await withdrawRefund(aRequest(routes.withdrawRefund, { params, body }, 'marketplace')),
      await amendRefund(aRequest(routes.amendRefund, { params, body }, 'marketplace')),
      await refundApi(store, channels).getRefund(aRequest(routes.getRefund, { params }, 'marketplace')),
    ];
    expect(responses.map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});

describe('a batch read that spans a change', () => {
  const isAccount = (sk: unknown) => sk === ledgerKey('').sk;
  const refundIdIn = (orderId: string) => refundIdOf(orderId, 'request-1');
  const withdraw = (refundId: string) =>
    requests().withdrawRefund(
      aRequest(routes.withdrawRefund, { params: { refundId }, body: { reason: 'x' } }, 'service'),
    );

  test('refuses an amendment during a withdrawal with the current status', async () => {
    const { orderId } = await anOrder();
    await requestRefund(orderId);
    const params = { refundId: refundIdIn(orderId) };
    const splitRead = withSplitBatchRead(database.db, { late: isAccount, meanwhile: () => withdraw(params.refundId) });
    const body = { reason: 'x', lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 1 }] };
    const response = await requests(storeOn(splitRead)).amendRefund(
      aRequest(routes.amendRefund, { params, body }, 'service'),
    );
    expect(response).toMatchObject({ status: 409, body: { currentStatus: 'withdrawn' } });
  });

  test('does not refuse a request because another one used money that was captured during the read', async () => {
    const { orderId, write } = await anOrder();
    const other = { ...contentOf(orderId), requestId: 'request-2' };
    const meanwhile = async () => {
      await write({ version: 2, payments: [aCapture(20_000), aCapture(2_000, { eventId: 'b', paymentId: 'b' })] });
      const goodwill = { ...other, lines: undefined, goodwillMinor: 2_000 };
      return requests().requestRefund(aRequest(routes.requestRefund, { body: goodwill }, 'service'));
    };
    const response = await requestRefund(
      orderId,
      storeOn(withSplitBatchRead(database.db, { late: isAccount, meanwhile })),
    );
    expect(response.status).toBe(201);
    expect((await store.ledger(orderId)).pots['goodwill']?.pending.minor).toBe(2_000);
  });

  test('refuses a retry of a payout during its change to store credit with the current status', async () => {
    const { orderId } = await anOrder();
    await requestRefund(orderId);
    const refundId = refundIdIn(orderId);
    await approve(refundId, 'finance');
    await applyChangeWithOrder(
      store,
      refundId,
      (refund, _order, ledger) => blockPayout(refund, ledger, 'chargeback-open'),
      aCause(),
    );
    const settle = (action: 'retry' | 'store-credit', through = store) =>
      payoutApi(through).settleRefund(
        aRequest(routes.settleRefund, { params: { refundId }, body: { action } }, 'finance'),
      );
    const splitRead = withSplitBatchRead(database.db, { late: isAccount, meanwhile: () => settle('store-credit') });
    expect(await settle('retry', storeOn(splitRead))).toMatchObject({
      status: 409,
      body: { type: 'illegal-transition', currentStatus: 'store-credit' },
    });
  });
});

describe('a decision', () => {
  test('by two departments at the same time counts twice and approves the refund once', async () => {
    const { orderId } = await anOrder(60_000);
    await requestRefund(orderId);
    const refundId = refundIdOf(orderId, 'request-1');
    const responses = await Promise.all([approve(refundId, 'finance'), approve(refundId, 'lead')]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    const types = ['RefundRequested', 'RefundSupported', 'RefundSupported', 'RefundApproved'];
    expect(await eventTypes(refundId)).toEqual(types);
    expect(await store.refund(refundId)).toMatchObject({ status: 'approved', version: 3 });
  });

  test('during a withdrawal is refused with the current status', async () => {
    const { orderId } = await anOrder();
    await requestRefund(orderId);
    const refundId = refundIdOf(orderId, 'request-1');
    const withdraw = () =>
      requests().withdrawRefund(
        aRequest(routes.withdrawRefund, { params: { refundId }, body: { reason: 'x' } }, 'service'),
      );
    const response = await approve(refundId, 'finance', storeAfter(withdraw));
    expect(response).toMatchObject({ status: 409, body: { type: 'illegal-transition', currentStatus: 'withdrawn' } });
    expect(await eventTypes(refundId)).toEqual(['RefundRequested', 'RefundWithdrawn', 'RefundCaseClosed']);
    expect(await pendingMinor(orderId)).toBe(0);
  });
});

test('refunds of a status are listed in pages, each once, the newest first', async () => {
  const orders = await Promise.all(Array.from({ length: 7 }, () => anOrder(30_000)));
  for (const [index, { orderId }] of orders.entries()) {
    const cause = aCause({ now: Date.UTC(2030, 0, 1 + index) });
    const body = contentOf(orderId);
    await requests().requestRefund(aRequest(routes.requestRefund, { body, cause }, 'service'));
  }
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { status: ['pending-approval' as const], limit: 3, cursor };
    const settings = { channels, warehouses, timeZone: 'Europe/London' };
    const { body } = await searchApi({ store, policies, cursors }, settings, noSummary).findRefunds(
      aRequest(routes.findRefunds, { query }, 'finance'),
    );
    const page = routes.findRefunds.responses[200].schema.parse(body);
    found.push(...page.refunds.map(({ orderId }) => orderId));
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(found.slice(0, 7)).toEqual(orders.map(({ orderId }) => orderId).toReversed());
  expect(new Set(found).size).toBe(found.length);
});

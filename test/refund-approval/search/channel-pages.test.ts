import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { indexKeys, refundKey } from '../../../functions/refund-approval/refund/refund-keys.ts';
import { createRefundStore } from '../../../functions/refund-approval/refund/store.ts';
import { findRefundPage } from '../../../functions/refund-approval/search/find-refunds.ts';
import { channelAccessOf } from '../../../shared/access/channel-access.ts';
import { refundIdOf } from '../../../shared/ids.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { channels } from '../../support/environment.ts';

const database = databaseForAll();
const store = createRefundStore(database.db, tables);
const others = 3000;

/** The `number`-th refund of a channel. Refunds of greater numbers are newer. */
function aRefund(channel: string, number: number) {
  const refundId = refundIdOf('ord_first', `${channel}-${number}`);
  return RefundItem.parse({
    refundId,
    requestId: String(number),
    orderId: 'ord_first',
    externalOrderId: 'web-1',
    channel,
    status: 'paid',
    reason: 'late',
    currency: 'GBP',
    amountMinor: 100,
    policy: { rule: 'any', version: 1, approvalsNeeded: 0, payAfterReturn: false },
    payouts: [],
    returning: [],
    approvals: [],
    requestedBy: 'service',
    requestedAt: new Date(Date.UTC(2026, 2, 1) + number * 1000).toISOString(),
    contentHash: '',
    version: 1,
  });
}
const own = [0, 1, 2, others / 2, others, others + 1].map((number) => aRefund('storefront', number));
/** Written before keys had the channel. */
const earlier = [aRefund('storefront', others / 3), aRefund('marketplace', others / 3 + 0.5)];
const ownIds = [...own, ...earlier.slice(0, 1)]
  .toSorted((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1))
  .map(({ refundId }) => refundId);
const read: string[] = [];
const counting = {
  requestedKeys: store.requestedKeys,
  listed: (keys: readonly string[]) => {
    read.push(...keys);
    return store.listed(keys);
  },
};

beforeAll(async () => {
  const itemOf = (refund: RefundItem) => ({ ...refund, ...refundKey(refund.refundId), ...indexKeys(refund) });
  const foreign = Array.from({ length: others }, (_, index) => aRefund('marketplace', index));
  const items = [...own, ...foreign].map(itemOf);
  for (const refund of earlier) {
    const requestedKey = `${refund.requestedAt}#${refund.refundId}`;
    items.push({ ...itemOf(refund), requestedKey });
  }
  while (items.length > 0) {
    const puts = items.splice(0, 25).map((Item) => ({ PutRequest: { Item } }));
    await database.db.send(new BatchWriteCommand({ RequestItems: { [tables.REFUND_TABLE_NAME]: puts } }));
  }
});

const page = (clientId: string, limit: number, after?: string, orderId?: string) =>
  findRefundPage(counting, { orderId, range: {}, limit, after, access: channelAccessOf(clientId, channels) });

describe("a channel's page of refunds", () => {
  test.each([1, 2, 4, 6, 7])('is full with %i refunds, although thousands of others lie between', async (limit) => {
    read.length = 0;
    const { entries } = await page('storefront', limit);
    expect(entries.map(({ refundId }) => refundId)).toEqual(ownIds.slice(0, limit));
    // Only the key without a channel is read.
    const foreign = read.filter((key) => !ownIds.some((id) => key.includes(id)));
    expect(foreign.filter((key) => key.includes('#marketplace'))).toEqual([]);
    expect(foreign.length).toBeLessThanOrEqual(1);
  });

  test('lists each refund once over all pages, also of an order', async () => {
    for (const orderId of [undefined, 'ord_first']) {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const { entries, last } = await page('storefront', 2, after, orderId);
        found.push(...entries.map(({ refundId }) => refundId));
        after = last;
      } while (after !== undefined);
      expect(found).toEqual(ownIds);
    }
  });

  test('continues after a cursor from before keys had the channel', async () => {
    const [{ requestedAt, refundId }] = own.slice(3) as [RefundItem];
    const { entries } = await page('storefront', 10, `${requestedAt}#${refundId}`);
    expect(entries.map((each) => each.refundId)).toEqual(ownIds.slice(ownIds.indexOf(refundId) + 1));
  });
});

test('a refund that the index lists by both of its keys is read once', async () => {
  const [{ refundId, requestedAt, channel }] = own as [RefundItem, ...RefundItem[]];
  const keys = [`${requestedAt}#${refundId}#${channel}`, `${requestedAt}#${refundId}`];
  expect((await store.listed(keys)).size).toBe(1);
});

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { indexKeys, refundKey } from '../../../functions/refund-approval/refund/refund-keys.ts';
import { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { createPolicyStore } from '../../../functions/refund-approval/refund/policy-store.ts';
import { createRefundStore } from '../../../functions/refund-approval/refund/store.ts';
import { createReceiptStore } from '../../../functions/refund-approval/returns/receipt-store.ts';
import { returnApi } from '../../../functions/refund-approval/returns/return-api.ts';
import { searchApi } from '../../../functions/refund-approval/search/search-api.ts';
import { findReturns } from '../../../shared/contracts/refunds/return-routes.ts';
import { findRefunds } from '../../../shared/contracts/refunds/routes.ts';
import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import { refundIdOf } from '../../../shared/ids.ts';
import { cursors } from '../../support/cursors.ts';
import { aCause } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { channels, warehouses } from '../../support/environment.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForAll();
const store = createRefundStore(database.db, tables);
const receipts = createReceiptStore(database.db, tables.REFUND_TABLE_NAME);
const address = { name: 'Returns', line1: '1 Dock Road', country: 'GB' };
const { summaryOf } = returnApi(store, receipts, channels, {
  addresses: { main: address, north: address },
  codes: ['main', 'north'],
});
const { findRefunds: listRefunds, findReturns: listReturns } = searchApi(
  { store, policies: createPolicyStore(database.db, tables.REFUND_TABLE_NAME), cursors },
  { channels, warehouses, timeZone: 'Europe/London' },
  summaryOf,
);
const now = Date.UTC(2026, 2, 20);

type Given = {
  status: RefundStatus;
  day: number;
  channel?: string;
  orderId?: string;
  warehouse?: string;
  received?: number;
  returnBy?: string;
};
/** Name, and what the refund is like. */
const refunds: Record<string, Given> = {
  pending: { status: 'pending-approval', day: 1, warehouse: 'main' },
  awaiting: { status: 'awaiting-return', day: 2, warehouse: 'main', returnBy: '2026-03-30T00:00:00Z' },
  late: { status: 'awaiting-return', day: 3, warehouse: 'north', returnBy: '2026-03-19T00:00:00Z' },
  back: { status: 'paid', day: 4, warehouse: 'north', received: 2, returnBy: '2026-03-19T00:00:00Z' },
  refused: { status: 'rejected', day: 5, warehouse: 'main' },
  goodwill: { status: 'paid', day: 6, channel: 'marketplace', orderId: 'ord_second' },
  failed: { status: 'payout-failed', day: 7, channel: 'marketplace', orderId: 'ord_second', warehouse: 'constructor' },
};
const ids = new Map<string, string>();

const anApproval = (department: string) => ({
  by: department,
  department,
  from: '192.0.2.1',
  decision: 'approve' as const,
  at: '2026-03-01T13:00:00Z',
});

/** Stores a refund with this name; `content` overrides its members. */
async function write(name: string, given: Given & { minute?: number }, content: Partial<RefundItem> = {}) {
  const { status, day, channel = 'storefront', orderId = 'ord_first', warehouse, received = 0, returnBy } = given;
  const refundId = refundIdOf('ord_first', name);
  ids.set(refundId, name);
  const refund = RefundItem.parse({
    refundId,
    requestId: name,
    orderId,
    externalOrderId: 'web-1',
    channel,
    status,
    reason: 'late',
    currency: 'GBP',
    amountMinor: 100,
    policy: { rule: 'any', version: 1, approvalsNeeded: 0, payAfterReturn: false },
    payouts: [],
    returning: warehouse ? [{ lineId: 'line-1', sku: 'TEA', warehouse, quantity: 2, restock: received }] : [],
    returnBy,
    approvals: [],
    requestedBy: 'service',
    requestedAt: `2026-03-0${day}T12:0${given.minute ?? 0}:00Z`,
    contentHash: '',
    version: 1,
    ...content,
  });
  const Item = { ...refund, ...refundKey(refundId), ...indexKeys(refund) };
  await database.db.send(new PutCommand({ TableName: tables.REFUND_TABLE_NAME, Item }));
}
beforeAll(async () => {
  for (const [name, given] of Object.entries(refunds)) await write(name, given);
});

type Query = Record<string, string | number>;
const namesOf = (entries: readonly { refundId: string }[]) =>
  entries.map(({ refundId }) => ids.get(refundId)).join(' ');

/** Reads all pages of two entries of a list, as a client with this id. */
async function allRefunds(given: Query, clientId = 'finance') {
  const found: { refundId: string }[] = [];
  let cursor: string | undefined;
  do {
    const query = findRefunds.query.parse({ limit: 2, ...given, ...(cursor !== undefined && { cursor }) });
    const { body } = await listRefunds(aRequest(findRefunds, { query }, clientId));
    const page = findRefunds.responses[200].schema.parse(body);
    found.push(...page.refunds);
    ({ cursor } = page);
  } while (cursor !== undefined);
  return namesOf(found);
}
async function allReturns(given: Query, clientId = 'warehouse') {
  const found: { refundId: string }[] = [];
  let cursor: string | undefined;
  do {
    const query = findReturns.query.parse({ limit: 2, ...given, ...(cursor !== undefined && { cursor }) });
    const cause = aCause({ now });
    const { body } = await listReturns(aRequest(findReturns, { query, cause }, clientId));
    const page = findReturns.responses[200].schema.parse(body);
    found.push(...page.returns);
    ({ cursor } = page);
  } while (cursor !== undefined);
  return namesOf(found);
}

describe('refunds', () => {
  test.each<[Query, string]>([
    [{}, 'failed goodwill refused back late awaiting pending'],
    [{ status: 'paid' }, 'goodwill back'],
    [{ status: 'paid,payout-failed,rejected' }, 'failed goodwill refused back'],
    [{ orderId: 'ord_second' }, 'failed goodwill'],
    [{ orderId: 'ord_first', status: 'awaiting-return' }, 'late awaiting'],
    [{ from: '2026-03-03', to: '2026-03-05' }, 'refused back late'],
    [{ from: '2026-03-03T12:00:00Z', to: '2026-03-05T12:00:00Z' }, 'back late'],
    [{ to: '2026-03-02', status: 'pending-approval,paid' }, 'pending'],
    [{ orderId: 'ord_first', from: '2026-03-05' }, 'refused'],
    [{ orderId: 'unknown' }, ''],
  ])('of %j are listed, the newest first: %s', async (query, names) => expect(await allRefunds(query)).toBe(names));

  test.each([
    ['storefront', 'refused back late awaiting pending'],
    ['marketplace', 'failed goodwill'],
    ['admin', 'failed goodwill refused back late awaiting pending'],
  ])('are visible to %s: %s', async (clientId, names) => expect(await allRefunds({}, clientId)).toBe(names));

  test('have cursors that belong to the list, the filters and the caller', async () => {
    const query = findRefunds.query.parse({ limit: 1, from: '2026-03-01' });
    const { body } = await listRefunds(aRequest(findRefunds, { query }, 'finance'));
    const { cursor = '' } = findRefunds.responses[200].schema.parse(body);
    const statusOf = async (given: Query, clientId: string) =>
      (await listRefunds(aRequest(findRefunds, { query: findRefunds.query.parse({ ...given, cursor }) }, clientId)))
        .status;
    expect(await statusOf({ from: '2026-03-01' }, 'finance')).toBe(200);
    expect(await statusOf({ from: '2026-03-01', limit: 3 }, 'finance')).toBe(200);
    expect(await statusOf({ from: '2026-03-02' }, 'finance')).toBe(400);
    expect(await statusOf({ from: '2026-03-01', status: 'paid' }, 'finance')).toBe(400);
    expect(await statusOf({}, 'finance')).toBe(400);
    expect(await statusOf({ from: '2026-03-01' }, 'marketplace')).toBe(400);
    const returnQuery = findReturns.query.parse({ from: '2026-03-01', cursor });
    expect((await listReturns(aRequest(findReturns, { query: returnQuery }, 'finance'))).status).toBe(400);
    expect(await statusOf({ from: '2026-03-09', to: '2026-03-01' }, 'finance')).toBe(400);
  });
});

describe('returns', () => {
  test.each<[Query, string]>([
    [{}, 'failed refused back late awaiting pending'],
    [{ status: 'requested' }, 'pending'],
    [{ status: 'expected' }, 'failed late awaiting'],
    [{ status: 'overdue' }, 'late'],
    [{ status: 'received' }, 'back'],
    [{ status: 'closed,received' }, 'refused back'],
    [{ warehouse: 'north' }, 'back late'],
    // Units of a warehouse without a return address go to the first one.
    [{ warehouse: 'main', status: 'expected' }, 'failed awaiting'],
    [{ orderId: 'ord_first', status: 'expected' }, 'late awaiting'],
    [{ from: '2026-03-04', to: '2026-03-05' }, 'refused back'],
    [{ warehouse: 'south' }, ''],
  ])('of %j are listed: %s', async (query, names) => expect(await allReturns(query)).toBe(names));

  test('of a warehouse that the settings do not have are refused', async () => {
    const query = findReturns.query.parse({ warehouse: 'nroth' });
    expect(await listReturns(aRequest(findReturns, { query }, 'warehouse'))).toMatchObject({
      status: 400,
      body: { type: 'invalid-parameter', errors: [{ pointer: '/warehouse' }] },
    });
  });

  test('are visible to their channel only', async () => expect(await allReturns({}, 'marketplace')).toBe('failed'));
});

describe('refunds that wait for a decision', () => {
  /** Order of requests: `small`, then `large`, then `supported`. */
  const waiting: Record<string, Partial<RefundItem>> = {
    small: { amountMinor: 20_000 },
    large: { amountMinor: 200_000 },
    supported: { amountMinor: 60_000, approvals: [anApproval('finance')] },
    decided: { amountMinor: 20_000, status: 'approved' },
  };
  beforeAll(async () => {
    for (const [index, [name, given]] of Object.entries(waiting).entries()) {
      await write(name, { status: 'pending-approval', day: 1, orderId: 'ord_waiting', minute: index }, given);
    }
  });

  test.each<[Query, string]>([
    [{ awaiting: 'finance' }, 'large small'],
    [{ awaiting: 'service-lead' }, 'supported small'],
    [{ awaiting: 'admin' }, 'supported large small'],
    [{ awaiting: 'admin', status: 'approved,pending-approval' }, 'supported large small'],
    [{ awaiting: 'admin', status: 'approved' }, ''],
    [{ awaiting: 'admin', to: '2026-02-28' }, ''],
  ])('%j are listed, the newest first: %s', async (query, names) =>
    expect(await allRefunds({ ...query, orderId: 'ord_waiting', limit: 1 })).toBe(names),
  );

  test.each([
    ['finanse', 'Did you mean finance?'],
    ['service', 'Valid values: service-lead, finance, admin'],
    ['constructor', 'Valid values'],
    ['__proto__', 'Valid values'],
    ['Finance', 'Did you mean finance?'],
  ])('are not listed for %s, which has no limit: %s', async (awaiting, detail) => {
    const query = findRefunds.query.parse({ awaiting });
    const { status, body } = await listRefunds(aRequest(findRefunds, { query }, 'finance'));
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'invalid-parameter', errors: [{ pointer: '/awaiting' }] });
    expect(JSON.stringify(body)).toContain(detail);
  });

  test('have cursors of their department', async () => {
    const query = findRefunds.query.parse({ awaiting: 'admin', orderId: 'ord_waiting', limit: 1 });
    const { body } = await listRefunds(aRequest(findRefunds, { query }, 'finance'));
    const { cursor } = findRefunds.responses[200].schema.parse(body);
    const other = findRefunds.query.parse({ awaiting: 'finance', orderId: 'ord_waiting', cursor });
    expect((await listRefunds(aRequest(findRefunds, { query: other }, 'finance'))).status).toBe(400);
  });
});

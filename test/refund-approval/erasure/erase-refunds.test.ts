import { PutCommand, ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { eraseRefundsOf } from '../../../functions/refund-approval/erasure/erase-refunds.ts';
import { createErasureStore } from '../../../functions/refund-approval/erasure/erasure-store.ts';
import { eventData } from '../../../functions/refund-approval/refund/change.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import {
  indexKeys,
  receiptKey,
  refundedOrderKey,
  refundKey,
  refundPartition,
} from '../../../functions/refund-approval/refund/refund-keys.ts';
import { createRefundStore } from '../../../functions/refund-approval/refund/store.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { CaseRated, RefundRejected } from '../../../shared/contracts/refunds/events.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { OutboxItem, outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { waiting } from '../../support/refunds/refund-builders.ts';

const database = databaseForEach();
const TableName = tables.REFUND_TABLE_NAME;
const storesOn = (db: Database) => ({ ...createRefundStore(db, tables), ...createErasureStore(db, TableName) });
const at = new Date(noon).toISOString();
const personalText = /ada-1|Called Ada|Ada was angry|wrote in ink|Slow/;

/** Writes a refund with a note, comments, a rating, a receipt and events. */
async function stored(refundId: string, given: Partial<RefundItem> = {}): Promise<RefundItem> {
  const approval = { by: 'finance', department: 'finance', at, from: '' };
  const { refund } = waiting(1, {
    refundId,
    customerId: 'ada-1',
    note: 'Called Ada',
    approvals: [{ ...approval, decision: 'reject', comment: 'Ada was angry' }],
    rating: { score: 1, comment: 'Slow', at },
    ...given,
  });
  const units = [{ lineId: 'line-1', quantity: 1, disposition: 'restock' as const, note: 'Ada wrote in ink' }];
  const decided = { by: 'finance', department: 'finance', comment: 'Ada was angry' };
  const events = [
    newEvent(RefundRejected, { ...eventData(refund), ...decided }, aCause()),
    newEvent(CaseRated, { ...eventData(refund), score: 1, comment: 'Slow' }, aCause()),
  ];
  const items = [
    { ...refund, ...refundKey(refundId), ...indexKeys(refund) },
    { refundId, receiptId: 'r', units, by: 'warehouse', at, contentHash: '', ...receiptKey(refundId, 'r') },
    refundedOrderKey('ada-1', refund.orderId),
    ...events.map((event) => outboxItem(refundPartition(refundId), event)),
  ];
  for (const Item of items) await database.db.send(new PutCommand({ TableName, Item }));
  return refund;
}

async function contents(): Promise<string> {
  const { Items = [] } = await database.db.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items.map((item) => JSON.stringify(item) + (OutboxItem.safeParse(item).data?.detail ?? '')).join('\n');
}

const [first, second] = ['ref_0123456789abcdefghjkmnpqr1', 'ref_0123456789abcdefghjkmnpqr2'];

describe('the erasure of the refunds of an order', () => {
  it('erases notes, comments and customer ids, and nothing of other orders', async () => {
    const refund = await stored(first);
    const other = await stored(second, { orderId: 'ord_other', customerId: 'bob-1' });
    expect(await contents()).toMatch(personalText);
    const stores = storesOn(database.db);
    await eraseRefundsOf(stores)(refund.orderId);
    const erased = await stores.refund(first);
    expect(erased).toMatchObject({
      amountMinor: refund.amountMinor,
      rating: { score: 1 },
      version: refund.version + 1,
    });
    expect(JSON.stringify([erased, await stores.timeline(first)])).not.toMatch(personalText);
    expect(await stores.refund(second)).toEqual(other);

    await eraseRefundsOf(stores)(refund.orderId);
    expect(await stores.refund(first)).toEqual(erased);
    await eraseRefundsOf(stores)('ord_other');
    expect(await contents()).not.toMatch(/bob-1|Ada/);
  });

  /** A receipt, two events, and the refund with the refunded order of its customer. */
  const crashes = [1, 2, 3, 4].flatMap((write) => [
    { write, when: 'before' },
    { write, when: 'after' },
  ]);
  it.each(crashes)('is completed after a crash $when write $write', async ({ write, when }) => {
    const { orderId } = await stored(first);
    let count = 0;
    const crashing = async (command: Parameters<Database['send']>[0]) => {
      const isWrite = [PutCommand, TransactWriteCommand].some((kind) => command instanceof kind);
      count += isWrite ? 1 : 0;
      if (isWrite && count === write && when === 'before') throw new Error('Crashed');
      const result = await database.db.send(command);
      if (isWrite && count === write) throw new Error('Crashed');
      return result;
    };
    await expect(eraseRefundsOf(storesOn({ send: crashing } as Database))(orderId)).rejects.toThrow('Crashed');
    await eraseRefundsOf(storesOn(database.db))(orderId);
    expect(await contents()).not.toMatch(personalText);
  });

  it('erases what a change meanwhile has written', async () => {
    const { orderId, version } = await stored(first);
    const stores = storesOn(database.db);
    let calls = 0;
    const eraseParts = async (refundId: string) => {
      await stores.eraseParts(refundId);
      calls += 1;
      if (calls === 1) await stored(first, { version: version + 1 });
    };
    await eraseRefundsOf({ ...stores, eraseParts })(orderId);
    expect(calls).toBe(2);
    expect(await contents()).not.toMatch(personalText);
  });

  it('changes nothing for an order without refunds', async () => {
    await stored(first);
    const before = await storesOn(database.db).refund(first);
    await eraseRefundsOf(storesOn(database.db))('ord_none');
    expect(await storesOn(database.db).refund(first)).toEqual(before);
  });
});

import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { LedgerDifferenceFound } from '../../../shared/contracts/ledger/events.ts';
import { LedgerCheck } from '../../../shared/contracts/ledger/routes.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { keysUnder } from '../../../shared/dynamodb/query-pages.ts';
import { byWaiting, checkKey, waitingShard } from '../posting/ledger-keys.ts';
import { StoredOrder } from '../posting/stored-state.ts';

const maxWaiting = 100;

export const createCheckStore = (db: Database, TableName: string) => ({
  /** Orders, at most 100, whose earliest event before `before` (milliseconds) waits for their placement. */
  async waitingOrders(before: number): Promise<string[]> {
    const found: string[] = [];
    for await (const keys of keysUnder(db, TableName, byWaiting, [waitingShard])) {
      if (keys.length === 0) continue;
      const items = (await readBatch(db, { [TableName]: keys }, true)).get(TableName) ?? [];
      const orders = items.map((item) => StoredOrder.parse(item));
      found.push(
        ...orders.filter(({ state }) => state.waiting.some(({ at }) => at < before)).map(({ orderId }) => orderId),
      );
      if (found.length >= maxWaiting) break;
    }
    return found.slice(0, maxWaiting);
  },

  /** Keeps the result, and publishes it if something is wrong. */
  async record(check: LedgerCheck, cause: Cause): Promise<void> {
    await db.send(new PutCommand({ TableName, Item: { ...checkKey(check.day), ...check } }));
    if (check.differences.length === 0 && check.waitingOrders.length === 0) return;
    const { transactions: _count, ...found } = check;
    const event = newEvent(LedgerDifferenceFound, found, cause);
    await db.send(new PutCommand({ TableName, Item: outboxItem(checkKey(check.day).pk, event) }));
  },

  async check(day: string): Promise<LedgerCheck | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: checkKey(day) }));
    return Item && LedgerCheck.parse(Item);
  },
});
export type CheckStore = ReturnType<typeof createCheckStore>;

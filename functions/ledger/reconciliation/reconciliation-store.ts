import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { ReconciliationDifferenceFound } from '../../../shared/contracts/ledger/reconciliation-events.ts';
import { Reconciliation } from '../../../shared/contracts/ledger/reconciliation-routes.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';

const keyOf = (day: string) => ({ pk: `RECONCILIATION#${day}`, sk: 'RECONCILIATION' });
const maxNamed = 20;

/** The last reconciliation of each day. */
export const createReconciliationStore = (db: Database, TableName: string) => ({
  async find(day: string): Promise<Reconciliation | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: keyOf(day), ConsistentRead: true }));
    return Item && Reconciliation.parse(Item);
  },

  /** Keeps a result; differences raise an alarm by their event. */
  record: (result: Reconciliation, cause: Cause) => {
    const { day, differences, differenceCount } = result;
    const first = differences.slice(0, maxNamed);
    const event = newEvent(ReconciliationDifferenceFound, { day, differences: differenceCount, first }, cause);
    return transact(db, [
      { Put: { TableName, Item: { ...keyOf(day), ...result } } },
      ...(differenceCount > 0 ? [{ Put: { TableName, Item: outboxItem(keyOf(day).pk, event) } }] : []),
    ]);
  },
});
export type ReconciliationStore = ReturnType<typeof createReconciliationStore>;

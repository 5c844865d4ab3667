import { createHash } from 'node:crypto';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { TaxReturnFiled } from '../../../shared/contracts/ledger/tax-return-events.ts';
import { TaxReturn } from '../../../shared/contracts/ledger/tax-return-routes.ts';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { byWaiting, exportsKey, orderKey } from '../posting/ledger-keys.ts';
import type { OrderState } from '../posting/order-facts.ts';
import { StoredOrder } from '../posting/stored-state.ts';
import { type Kind, monthsOf } from './tax-return.ts';

const returnKey = (kind: Kind, period: string) => ({ pk: `TAX-RETURN#${kind}`, sk: `PERIOD#${period}` });
const monthKey = (kind: Kind, month: string) => ({ pk: `TAX-RETURN#${kind}`, sk: `MONTH#${month}` });
const maxExports = 1000;
const OrderKey = z.object({ pk: z.string() });
const Filed = z.object({ taxReturn: TaxReturn });

/** Filed returns, and the orders that a return lists. */
export const createTaxReturnStore = (db: Database, TableName: string) => ({
  async filed(kind: Kind, period: string): Promise<TaxReturn | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: returnKey(kind, period), ConsistentRead: true }));
    return Item && Filed.parse(Item).taxReturn;
  },

  /** Files a return once. A month belongs to one return of its kind. */
  async file(taxReturn: TaxReturn, cause: Cause): Promise<'done' | 'version-conflict'> {
    const { kind, period, filedAt = '', filedBy = '' } = taxReturn;
    const sha256 = createHash('sha256').update(JSON.stringify(taxReturn)).digest('hex');
    const event = newEvent(TaxReturnFiled, { kind, period, filedAt, filedBy, sha256 }, cause);
    const once = 'attribute_not_exists(pk)';
    return transact(db, [
      { Put: { TableName, Item: { ...returnKey(kind, period), taxReturn }, ConditionExpression: once } },
      ...monthsOf(period).map((month) => ({
        Put: { TableName, Item: { ...monthKey(kind, month), period }, ConditionExpression: once },
      })),
      { Put: { TableName, Item: outboxItem(returnKey(kind, period).pk, event) } },
    ]);
  },

  /** Exports of orders of a month whose goods are not all shipped. */
  async unprovenExports(month: string): Promise<{ orderId: string; state: OrderState }[]> {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName,
        IndexName: byWaiting.name,
        KeyConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': byWaiting.attribute },
        ExpressionAttributeValues: { ':key': exportsKey(month) },
        Limit: maxExports,
      }),
    );
    const keys = Items.map((item) => orderKey(OrderKey.parse(item).pk.slice('ORDER#'.length)));
    if (keys.length === 0) return [];
    const found = (await readBatch(db, { [TableName]: keys }, true)).get(TableName) ?? [];
    return found.map((item) => StoredOrder.parse(item));
  },
});
export type TaxReturnStore = ReturnType<typeof createTaxReturnStore>;

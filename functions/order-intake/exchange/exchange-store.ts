import * as z from 'zod';
import { type Cause, type DataOf, newEvent } from '../../../shared/contracts/define-event.ts';
import { ReplacementRefused } from '../../../shared/contracts/orders/events.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { orderPartition } from '../../../shared/orders/order-keys.ts';
import { reserveAction } from '../../../shared/stock/reservation.ts';
import type { Decision } from '../order/decide.ts';
import { orderWrites } from '../order/placement-store.ts';

type Tables = { ORDER_TABLE_NAME: string; STOCK_TABLE_NAME: string };
type Accepted = Extract<Decision, { kind: 'accepted' }>;

const OutcomeItem = z.object({ outcome: z.enum(['placed', 'refused']) });
type ExchangeOutcome = z.infer<typeof OutcomeItem>['outcome'];
const outcomeKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'EXCHANGE' });

/**
 * Replacements of returned goods. The transaction that places or refuses one also writes its outcome item, which is
 * never overwritten: the first outcome is final.
 */
export function createExchangeStore(db: Database, tables: Tables, timeZone: string) {
  const { ORDER_TABLE_NAME: orders, STOCK_TABLE_NAME: stock } = tables;
  const writes = orderWrites(orders, timeZone);
  const outcomeAction = (orderId: string, outcome: ExchangeOutcome): Action => ({
    Put: { TableName: orders, Item: { ...outcomeKey(orderId), outcome }, ...expectVersion(0) },
  });

  return {
    async outcome(orderId: string): Promise<ExchangeOutcome | undefined> {
      const [item] = (await readBatch(db, { [orders]: [outcomeKey(orderId)] }, true)).get(orders) ?? [];
      return item === undefined ? undefined : OutcomeItem.parse(item).outcome;
    },

    place: ({ order, reservations, initialState }: Accepted, contentHash: string, cause: Cause) =>
      transact(db, [
        outcomeAction(order.orderId, 'placed'),
        ...reservations.map((reservation) => reserveAction(stock, reservation)),
        ...writes({ order, initialState, contentHash, cause }),
      ]),

    refuse(refused: DataOf<typeof ReplacementRefused>, cause: Cause) {
      const event = outboxItem(orderPartition(refused.orderId), newEvent(ReplacementRefused, refused, cause));
      return transact(db, [outcomeAction(refused.orderId, 'refused'), { Put: { TableName: orders, Item: event } }]);
    },
  };
}
export type ExchangeStore = ReturnType<typeof createExchangeStore>;

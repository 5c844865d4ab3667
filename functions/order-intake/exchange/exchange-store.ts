import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, type DataOf, newEvent } from '../../../shared/contracts/define-event.ts';
import { ReplacementRefused } from '../../../shared/contracts/orders/events.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { reserveAction } from '../../../shared/stock/reservation.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import type { Decision } from '../order/decide.ts';
import { orderPartition } from '../order/order-item.ts';
import { orderWrites } from '../order/placement-store.ts';

type Tables = { ORDER_TABLE_NAME: string; STOCK_TABLE_NAME: string };
type Accepted = Extract<Decision, { kind: 'accepted' }>;

const Mark = z.object({ outcome: z.enum(['placed', 'refused']) });
type MarkedOutcome = z.infer<typeof Mark>['outcome'];
const markKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'EXCHANGE' });

/** Replacements of returned goods: a mark beside each says that it was placed or refused, whichever came first. */
export function createExchangeStore(db: Database, tables: Tables, timeZone: string) {
  const { ORDER_TABLE_NAME: orders, STOCK_TABLE_NAME: stock } = tables;
  const writes = orderWrites(orders, timeZone);
  const mark = (orderId: string, outcome: MarkedOutcome): Action => ({
    Put: { TableName: orders, Item: { ...markKey(orderId), outcome }, ...expectVersion(0) },
  });

  return {
    async outcome(orderId: string): Promise<MarkedOutcome | undefined> {
      const [item] = (await readBatch(db, { [orders]: [markKey(orderId)] }, true))[orders] ?? [];
      return item === undefined ? undefined : Mark.parse(item).outcome;
    },

    place: ({ order, takes, opening }: Accepted, contentHash: string, cause: Cause) =>
      transact(db, [
        mark(order.orderId, 'placed'),
        ...takes.map((take) => reserveAction(stock, take)),
        ...writes({ order, opening, contentHash, cause }),
      ]),

    refuse(refused: DataOf<typeof ReplacementRefused>, cause: Cause) {
      const event = newEvent(ReplacementRefused, refused, cause);
      const told = outboxItem(orderPartition(refused.orderId), event);
      return transact(db, [mark(refused.orderId, 'refused'), { Put: { TableName: orders, Item: told } }]);
    },
  };
}
export type ExchangeStore = ReturnType<typeof createExchangeStore>;

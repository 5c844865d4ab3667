import * as z from 'zod';
import { Metadata } from '../../../shared/contracts/define-event.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createRefundedAmountsStore } from '../../../shared/refunds/refunded-amounts-store.ts';
import { applyChange } from '../order/apply.ts';
import { createOrderStore } from '../order/order-store.ts';
import { RefundedAmountsEnv } from './env.ts';
import { recordRefunded } from './record-refunded.ts';

const { TIME_ZONE, ...tables } = RefundedAmountsEnv.parse(process.env);
const db = openDatabase();
const orders = createOrderStore(db, tables, TIME_ZONE);
const refunds = createRefundedAmountsStore(db, tables);

/** An event after which the refund ledger of an order has other refunded amounts. */
const RefundEvent = {
  envelope: z.object({ detail: z.object({ metadata: Metadata, data: z.object({ orderId: z.string() }) }) }),
};

export const handler = queueHandler(RefundEvent, async ({ detail: { metadata, data } }) => {
  // The event says that the ledger changed; the ledger, read after it, says how.
  const refunded = await refunds.refundedAmounts(data.orderId);
  if (!refunded) return;
  const { eventId: causationId, correlationId } = metadata;
  const cause = { actor: 'storeworks.order-intake', correlationId, causationId, now: Date.now() };
  await applyChange(orders, data.orderId, (order) => recordRefunded(order, refunded), cause);
});

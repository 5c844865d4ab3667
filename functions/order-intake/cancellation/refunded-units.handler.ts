import { RefundApproved, RefundReturnReceived } from '../../../shared/contracts/refunds/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { applyChange } from '../order/apply.ts';
import { createOrderStore } from '../order/order-store.ts';
import { cancelRefunded } from './cancel-refunded.ts';
import { RefundedUnitsEnv } from './env.ts';

const { TIME_ZONE, ...tables } = RefundedUnitsEnv.parse(process.env);
const orders = createOrderStore(openDatabase(), tables, TIME_ZONE);
/** The data of both events, as far as both have it. */
const Approved = { envelope: RefundApproved.envelope.or(RefundReturnReceived.envelope) };

export const handler = queueHandler(Approved, async ({ detail: { metadata, data } }) => {
  const { refundId, orderId, unshipped = [], status } = data;
  // A refund that waits for a return can still be withdrawn.
  if (unshipped.length === 0 || status === 'awaiting-return') return;
  const { eventId: causationId, correlationId } = metadata;
  const cause = { actor: 'storeworks.order-intake', correlationId, causationId, now: Date.now() };
  await applyChange(orders, orderId, (order) => cancelRefunded(order, { refundId, unshipped }), cause);
});

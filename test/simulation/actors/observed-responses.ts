import type { Movement } from '../../../shared/stock/movement.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import type { PlannedMovementDelivery } from '../workload/stock-plan.ts';

/** An response about an order that was sent; status 0 stands for none. */
export type ObservedOrderResponse = { channel: string; sent: OrderContent; status: number; type: string; text: string };
type ObservedMovementResponse = { sent: Movement; status: 'applied' | 'already-applied' | 'rejected'; reason?: string };
/** The response to a payment event; `result` is its status field. */
type ObservedPaymentResponse = Record<'eventId' | 'orderId' | 'type' | 'result', string> & {
  amountMinor: number;
  status: number;
};
/** The response to a command for an order; `id` is the caller's idempotency key. */
type ObservedCommandResponse = Record<'orderId' | 'what' | 'id' | 'type', string> & { status: number };
/** An response about a refund that somebody asked for something, under the ids that are known before. */
export type ObservedRefundResponse = Record<'orderId' | 'requestId' | 'refundId' | 'what' | 'by' | 'type', string> & {
  content: object;
  status: number;
  /** The refund's id and amount, if the response has them. */
  confirmed: { refundId?: string | undefined; amountMinor?: number | undefined };
};
/** A webhook message as its channel received it, and whether the channel accepted it. */
type ObservedWebhook = Record<'channel' | 'eventId' | 'type', string> & {
  data: unknown;
  isSigned: boolean;
  isAccepted: boolean;
};

export type ObservedResponses = ReturnType<typeof createObservedResponses>;

/** Remembers what callers were told, which the back office must stand by. */
export function createObservedResponses() {
  const orders: ObservedOrderResponse[] = [];
  const movements: ObservedMovementResponse[] = [];
  const payments: ObservedPaymentResponse[] = [];
  const commands: ObservedCommandResponse[] = [];
  const refunds: ObservedRefundResponse[] = [];
  const deliveries: ObservedWebhook[] = [];
  /** Notes that nobody responses: messages and files. */
  const movementDeliveries: PlannedMovementDelivery[] = [];
  /** Days and run ids of the reports requested during the faults phase. */
  const reportRuns: { runId: string; date: string }[] = [];
  let retries = 0;
  let unanswered = 0;
  return {
    orders,
    movements,
    payments,
    commands,
    refunds,
    deliveries,
    movementDeliveries,
    reportRuns,
    countRetry: () => void (retries += 1),
    countUnanswered: () => void (unanswered += 1),
    counts: () => ({ retries, unanswered }),
  };
}

import type { Movement } from '../../../shared/stock/movement.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import type { PlannedMovementDelivery } from '../workload/stock-plan.ts';

/** The response to an order; status 0 if there was none. `receivedAt`: when, by the engine's clock, in milliseconds. */
export type ObservedOrderResponse = {
  channel: string;
  sent: OrderContent;
  status: number;
  type: string;
  text: string;
  receivedAt: number;
};
/** A span in milliseconds, by the engine's clock. */
type Span = { from: number; to: number };
type ObservedMovementResponse = { sent: Movement; status: 'applied' | 'already-applied' | 'rejected'; reason?: string };
/** The response to a payment event; `result` is its status field. */
type ObservedPaymentResponse = Record<'eventId' | 'orderId' | 'type' | 'result', string> & {
  amountMinor: number;
  status: number;
};
/** The response to a command for an order; `id` is the caller's idempotency key. */
type ObservedCommandResponse = Record<'orderId' | 'what' | 'id' | 'type', string> & { status: number };
/** The response to a refund command, with the ids that the caller knows in advance. */
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

/** Records the responses that callers received, which the final state must match. */
export function createObservedResponses() {
  const orders: ObservedOrderResponse[] = [];
  const movements: ObservedMovementResponse[] = [];
  const payments: ObservedPaymentResponse[] = [];
  const commands: ObservedCommandResponse[] = [];
  const refunds: ObservedRefundResponse[] = [];
  const deliveries: ObservedWebhook[] = [];
  /** Movements sent by message or file, which have no response. */
  const movementDeliveries: PlannedMovementDelivery[] = [];
  /** Days and run ids of the reports requested during the faults phase. */
  const reportRuns: { runId: string; date: string }[] = [];
  /** Spans in which promotions were certainly paused, switched off or ended. */
  const interruptions: (Span & { promotionId: string })[] = [];
  /** When the promotion `hour` is in force. */
  const hour: Span = { from: 0, to: 0 };
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
    interruptions,
    hour,
    countRetry: () => void (retries += 1),
    countUnanswered: () => void (unanswered += 1),
    counts: () => ({ retries, unanswered }),
  };
}

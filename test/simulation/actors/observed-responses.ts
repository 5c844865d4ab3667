import type { Movement } from '../../../shared/stock/movement.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import type { PlannedNote } from '../workload/stock-plan.ts';

/** An answer about an order that was sent; status 0 stands for none. */
export type ObservedOrderResponse = { channel: string; sent: OrderContent; status: number; type: string; text: string };
type MovementAnswered = { sent: Movement; status: 'applied' | 'already-applied' | 'rejected'; reason?: string };
/** An answer about a payment event; `told` is what was said to have become of it. */
type PaymentAnswered = Record<'eventId' | 'orderId' | 'type' | 'told', string> & {
  amountMinor: number;
  status: number;
};
/** An answer about a change of an order, which the caller knows by `id`. */
type CommandAnswered = Record<'orderId' | 'what' | 'id' | 'type', string> & { status: number };
/** An answer about a refund that somebody asked for something, under the ids that are known before. */
export type ObservedRefundResponse = Record<'orderId' | 'requestId' | 'refundId' | 'what' | 'by' | 'type', string> & {
  content: object;
  status: number;
  /** Which refund, of how much, as far as the answer says. */
  told: { refundId?: string | undefined; amountMinor?: number | undefined };
};
/** A webhook as its channel got it, and whether it said that it took it. */
type Delivered = Record<'channel' | 'eventId' | 'type', string> & {
  data: unknown;
  isSigned: boolean;
  isTaken: boolean;
};

export type ObservedResponses = ReturnType<typeof createObservedResponses>;

/** Remembers what callers were told, which the back office must stand by. */
export function createObservedResponses() {
  const orders: ObservedOrderResponse[] = [];
  const movements: MovementAnswered[] = [];
  const payments: PaymentAnswered[] = [];
  const commands: CommandAnswered[] = [];
  const refunds: ObservedRefundResponse[] = [];
  const deliveries: Delivered[] = [];
  /** Notes that nobody answers: messages and files. */
  const notes: PlannedNote[] = [];
  /** Days that reports were asked for during the storm, by run id. */
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
    notes,
    reportRuns,
    retried: () => void (retries += 1),
    leftUnanswered: () => void (unanswered += 1),
    numbers: () => ({ retries, unanswered }),
  };
}

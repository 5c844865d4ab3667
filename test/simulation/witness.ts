import type { Movement } from '../../shared/stock/movement.ts';
import type { OrderContent } from '../../shared/http/orders.ts';

/** An answer about an order that was sent; status 0 stands for none. */
export type OrderAnswered = { channel: string; sent: OrderContent; status: number; type: string; text: string };
type MovementAnswered = { sent: Movement; status: 'applied' | 'already-applied' | 'rejected'; reason?: string };

export type Witness = ReturnType<typeof createWitness>;

/** Remembers what callers were told, which the back office must stand by. */
export function createWitness() {
  const orders: OrderAnswered[] = [];
  const movements: MovementAnswered[] = [];
  /** Days that reports were asked for during the storm, by run id. */
  const reportRuns: { runId: string; date: string }[] = [];
  let retries = 0;
  let unanswered = 0;
  return {
    orders,
    movements,
    reportRuns,
    retried: () => void (retries += 1),
    leftUnanswered: () => void (unanswered += 1),
    numbers: () => ({ retries, unanswered }),
  };
}

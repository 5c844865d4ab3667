import * as z from 'zod';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import { OrderShipped, PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { queueBatchHandler } from '../../../shared/lambda/queue-batch-handler.ts';
import { type RiskAssessment, createRiskAssessment, type AssessmentTrigger, riskActor } from './risk-assessment.ts';
import { createOrderStore } from '../order/order-store.ts';
import { RiskEnv } from './env.ts';
import { createRiskStore } from './risk-store.ts';

/** Events that change an order's risk or its customer's purchase history. */
const RiskEvent = z.union([
  OrderPlaced.envelope,
  OrderImported.envelope,
  PaymentRecorded.envelope,
  OrderShipped.envelope,
]);
type RiskEvent = z.infer<typeof RiskEvent>;

/** Assesses the orders of a batch of events. SQS redelivers the events of orders that failed. */
export const riskHandler = ({ assessAll }: Pick<RiskAssessment, 'assessAll'>) =>
  queueBatchHandler(RiskEvent, async (events, logger) => {
    const now = Date.now();
    const failures = await assessAll(triggersOf(events, now), now);
    for (const [orderId, error] of failures) {
      logger.error('order not assessed', { orderId, error: error instanceof Error ? error : String(error) });
    }
    return events.filter(({ detail }) => failures.has(detail.data.orderId));
  });

/** The triggers by order id. */
function triggersOf(events: readonly RiskEvent[], now: number): Map<string, AssessmentTrigger> {
  const triggers = new Map<string, AssessmentTrigger>();
  for (const { 'detail-type': type, detail } of events) {
    const { orderId } = detail.data;
    const { eventId, correlationId } = detail.metadata;
    const isNew = type === OrderPlaced.detailType || type === OrderImported.detailType;
    const isPlaced = isNew || (triggers.get(orderId)?.isPlaced ?? false);
    const cause = { actor: riskActor, correlationId, causationId: eventId, now };
    triggers.set(orderId, { ...cause, isPlaced });
  }
  return triggers;
}

const { RISK, TIME_ZONE, ...tables } = RiskEnv.parse(process.env);
// One throttled request would redeliver a whole batch, so each request has more attempts.
const database = openDatabase(batchJobMaxAttempts);
const risks = createRiskStore(database, tables, RISK.windowMinutes);
export const handler = riskHandler(
  createRiskAssessment({ risks, changes: createOrderStore(database, tables, TIME_ZONE) }, RISK),
);

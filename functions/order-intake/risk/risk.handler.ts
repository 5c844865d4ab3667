import * as z from 'zod';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import { OrderShipped, PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { queueBatchHandler } from '../../../shared/lambda/queue-batch-handler.ts';
import { type Assessor, assessor, type Occasion, riskActor } from './assessor.ts';
import { createChangeStore } from '../order/change-store.ts';
import { ParsedRiskEnv } from '../env.ts';
import { createRiskStore } from './risk-store.ts';

/** Events after which an order's risk is another, or its customer's history. */
const RiskEvent = z.union([
  OrderPlaced.envelope,
  OrderImported.envelope,
  PaymentRecorded.envelope,
  OrderShipped.envelope,
]);
type RiskEvent = z.infer<typeof RiskEvent>;

/** Assesses the orders that the events of a batch tell of; the events of those that could not be come again. */
export const riskHandler = ({ assessAll }: Pick<Assessor, 'assessAll'>) =>
  queueBatchHandler(RiskEvent, async (events, logger) => {
    const now = Date.now();
    const failures = await assessAll(occasionsOf(events, now), now);
    for (const [orderId, error] of failures) {
      logger.error('order not assessed', { orderId, error: error instanceof Error ? error : String(error) });
    }
    return events.filter(({ detail }) => failures.has(detail.data.orderId));
  });

/** By order. */
function occasionsOf(events: readonly RiskEvent[], now: number): Map<string, Occasion> {
  const occasions = new Map<string, Occasion>();
  for (const { 'detail-type': type, detail } of events) {
    const { orderId } = detail.data;
    const { eventId, correlationId } = detail.metadata;
    const isNew = type === OrderPlaced.detailType || type === OrderImported.detailType;
    const isPlaced = isNew || (occasions.get(orderId)?.isPlaced ?? false);
    const cause = { actor: riskActor, correlationId, causationId: eventId, now };
    occasions.set(orderId, { ...cause, isPlaced });
  }
  return occasions;
}

const { RISK, TIME_ZONE, ...tables } = ParsedRiskEnv.parse(process.env);
// An event comes again in another batch, with other requests that may fail: each has to get through by itself.
const database = openDatabase(batchJobMaxAttempts);
const risks = createRiskStore(database, tables, RISK.windowMinutes);
export const handler = riskHandler(assessor({ risks, changes: createChangeStore(database, tables, TIME_ZONE) }, RISK));

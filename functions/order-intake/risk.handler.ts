import * as z from 'zod';
import { openDatabase } from '../../shared/database.ts';
import type { Cause } from '../../shared/events/define-event.ts';
import { OrderPlaced } from '../../shared/events/order.ts';
import { PaymentRecorded } from '../../shared/events/order-life.ts';
import { queueBatchHandler } from '../../shared/lambda/queue-batch-handler.ts';
import { type Assessor, assessor } from './assessor.ts';
import { createChangeStore } from './change-store.ts';
import { ParsedRiskEnv } from './env.ts';
import { createRiskStore } from './risk-store.ts';

/** Events after which an order's risk is another. */
const RiskEvent = z.union([OrderPlaced.envelope, PaymentRecorded.envelope]);
type RiskEvent = z.infer<typeof RiskEvent>;

/** Assesses the orders that the events of a batch tell of; the events of those that could not be come again. */
export const riskHandler = (assessAll: Assessor) =>
  queueBatchHandler(RiskEvent, async (events, logger) => {
    const now = Date.now();
    const failures = await assessAll(new Map(events.map((event) => [event.detail.data.orderId, causeOf(event, now)])));
    for (const [orderId, error] of failures) {
      logger.error('order not assessed', { orderId, error: error instanceof Error ? error : String(error) });
    }
    return events.filter(({ detail }) => failures.has(detail.data.orderId));
  });

const causeOf = ({ detail: { metadata } }: RiskEvent, now: number): Cause => ({
  actor: 'storeworks.order-intake',
  correlationId: metadata.correlationId,
  causationId: metadata.eventId,
  now,
});

const { RISK, TIME_ZONE, ...tables } = ParsedRiskEnv.parse(process.env);
const database = openDatabase();
const risks = createRiskStore(database, tables, RISK.windowMinutes);
export const handler = riskHandler(assessor({ risks, changes: createChangeStore(database, tables, TIME_ZONE) }, RISK));

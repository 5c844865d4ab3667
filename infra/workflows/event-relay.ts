import { Construct } from 'constructs';
import type { Env } from '../../functions/event-relay/env.ts';
import { StreamRelay } from '../constructs/stream-relay.ts';
import type { DataStack } from '../stacks/data.ts';

/** Every table's event items, onto the bus. */
export function addEventRelay(scope: Construct, { data }: { data: DataStack }): void {
  const workflow = new Construct(scope, 'EventRelay');
  const { bus, catalogTable, stockTable, orderTable, reportTable, stockAuditTable, webhookTable, refundTable } = data;
  const relay = new StreamRelay(workflow, 'Relay', {
    entry: 'event-relay/relay.handler.ts',
    environment: { EVENT_BUS_NAME: bus.eventBusName } satisfies Env,
    failureMeans: 'What follows from an order or a stock movement does not happen, and reports lack it.',
    tables: {
      Catalog: catalogTable,
      Stock: stockTable,
      Order: orderTable,
      Refund: refundTable,
      Report: reportTable,
      StockAudit: stockAuditTable,
      Webhook: webhookTable,
    },
  });
  bus.grantPutEventsTo(relay.function);
}

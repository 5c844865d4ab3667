import { Duration } from 'aws-cdk-lib';
import type { AlertEnv, IdleEnv } from '../../../functions/stock-update/alerts/env.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { stock, stockTable } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** Alerts for buyers: when stock crosses a level, and every night for products that do not sell. */
export function addAlerts(stack: WorkflowStack): void {
  stack.onItems<AlertEnv>({
    tables: [stockTable],
    filter: { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['STOCK'] } } } },
    handler: 'stock-update/alerts/stock-changed.handler.ts',
    uses: stock.alertWriter,
    errorImpact: 'Buyers do not learn that a product is running out or is back in stock.',
    maxIteratorAge: Duration.minutes(15),
  });
  stack.daily<IdleEnv>('04:00', {
    handler: 'stock-update/alerts/idle-stock.handler.ts',
    uses: all(stock.reader, stock.checker, stock.alertWriter, stock.allSkus, settings.idleStock),
    errorImpact: 'Buyers do not learn of products that do not sell.',
    timeout: Duration.minutes(15),
  });
}

import { Duration } from 'aws-cdk-lib';
import type { LotEnv } from '../../../functions/stock-update/lots/env.ts';
import { StockMoved } from '../../../shared/contracts/stock/events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { stock } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** Takes shipped units out of their lots, and expired lots off sale. */
export function addLots(stack: WorkflowStack): void {
  stack.onEvents<LotEnv>(StockMoved, {
    where: { type: ['shipment'] },
    handler: 'stock-update/lots/shipment.handler.ts',
    uses: all(stock.lotWriter, settings.timeZone, settings.daysBeforeExpiry),
    errorImpact: 'Lots show units that were shipped: the suggested picking places are empty.',
    maxConcurrency: 5,
  });
  // 15 minutes before the day ends, so that no order reserves units that expire at midnight.
  stack.daily<LotEnv>('23:45', {
    handler: 'stock-update/lots/expire-lots.handler.ts',
    uses: all(stock.lotWriter, stock.allSkus, settings.timeZone, settings.daysBeforeExpiry),
    errorImpact: 'Customers can order units that are expired.',
    timeout: Duration.minutes(15),
  });
}

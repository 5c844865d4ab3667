import type { ShipmentEnv } from '../../../functions/stock-update/lots/env.ts';
import { StockMoved } from '../../../shared/contracts/stock/events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { stock } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** Takes shipped units out of their lots. */
export function addLots(stack: WorkflowStack): void {
  stack.onEvents<ShipmentEnv>(StockMoved, {
    where: { type: ['shipment'] },
    handler: 'stock-update/lots/shipment.handler.ts',
    uses: all(stock.lotWriter, settings.timeZone),
    errorImpact: 'Lots show units that were shipped: the suggested picking places are empty.',
    maxConcurrency: 5,
  });
}

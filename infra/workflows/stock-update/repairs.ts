import type { RepairEnv } from '../../../functions/stock-update/repair/env.ts';
import { StockRepairRequested } from '../../../shared/contracts/stock/repair-events.ts';
import { all } from '../../constructs/access.ts';
import { oneAtATime } from '../../constructs/work-queue.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { reports } from '../../data/finance/reports.ts';
import { stockAudits } from '../../data/stock-audits.ts';
import { stock } from '../../data/stock.ts';

/** Corrects on request what a stock audit found. */
export function addRepairs(stack: WorkflowStack): void {
  stack.onEvents<RepairEnv>(StockRepairRequested, {
    ...oneAtATime,
    handler: 'stock-update/repair/repair.handler.ts',
    uses: all(
      all(stock.repairer, stockAudits.named),
      all(orders.reader, orders.byStatus),
      all(reports.auditReader, reports.auditWriter),
    ),
    errorImpact: 'Stock figures stay wrong although staff requested their correction.',
  });
}

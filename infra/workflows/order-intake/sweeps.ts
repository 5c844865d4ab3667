import { Duration } from 'aws-cdk-lib';
import type { UnfinishedSweepEnv } from '../../../functions/order-intake/env.ts';
import type { SweepEnv } from '../../../functions/order-intake/expiry/env.ts';
import type { IndexEmailsEnv } from '../../../functions/order-intake/search/env.ts';
import { type Access, all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { stock } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** Sweeps of orders: expiry and completion, chunked placements and settlements, queued orders whose message is missing. A console function indexes old orders. */
export function addSweeps(stack: WorkflowStack, queueSender: Access<'ORDER_QUEUE_URL'>): void {
  stack.every<UnfinishedSweepEnv>('1 minute', {
    handler: 'order-intake/unfinished-sweep.handler.ts',
    uses: all(all(orders.writer, orders.resender, orders.byStatus), stock.shipper, queueSender, settings.timeZone),
    errorImpact: 'Stock of large orders stays reserved after they end, and orders accepted for later may get lost.',
    timeout: Duration.minutes(1),
  });
  stack.every<SweepEnv>('1 minute', {
    handler: 'order-intake/expiry/sweep.handler.ts',
    uses: all(orders.writer, orders.byDue, stock.releaser, settings.timeZone),
    errorImpact: 'Stock of unpaid orders is not sold to others, and delivered orders are not completed.',
    timeout: Duration.minutes(1),
  });
  stack.onConsole<IndexEmailsEnv>({
    handler: 'order-intake/search/index-emails.handler.ts',
    uses: all(orders.emailIndexer, orders.byDay, stock.named, settings.timeZone),
    errorImpact: 'Orders from before 2026-11-30 are not found by the e-mail address of their customer.',
    timeout: Duration.minutes(10),
  });
}

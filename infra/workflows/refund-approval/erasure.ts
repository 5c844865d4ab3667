import type { TablesEnv } from '../../../functions/refund-approval/refund/env.ts';
import { OrderPersonalDataErased } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { refunds } from '../../data/refunds.ts';

/** Erases the personal data of refunds with that of their order. */
export function addErasure(stack: WorkflowStack): void {
  stack.onEvents<TablesEnv>(OrderPersonalDataErased, {
    handler: 'refund-approval/erasure/personal-data-erased.handler.ts',
    uses: all(refunds.eraser, orders.named),
    errorImpact: 'Notes and comments of refunds are still stored after a person asked for their erasure.',
  });
}

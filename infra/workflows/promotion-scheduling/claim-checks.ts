import { Duration } from 'aws-cdk-lib';
import type { ClaimCheckEnv } from '../../../functions/promotion-scheduling/claim-checks/env.ts';
import { PromotionClaimCheckRequested } from '../../../shared/contracts/promotions/claim-events.ts';
import { all } from '../../constructs/access.ts';
import { oneAtATime } from '../../constructs/work-queue.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { promotions } from '../../data/promotions.ts';

/** Compares the counters of limits with what orders hold, every night and on request. Staff also invoke it in the AWS console with `{ time }`. */
export function addClaimChecks(stack: WorkflowStack): void {
  const uses = all(promotions.claimChecker, orders.reader, orders.byStatus);
  stack.daily<ClaimCheckEnv>('02:45', {
    handler: 'promotion-scheduling/claim-checks/check-claims.handler.ts',
    uses,
    errorImpact: 'Wrong counters of limits of promotions are not found tonight.',
    timeout: Duration.minutes(10),
  });
  stack.onEvents<ClaimCheckEnv>(PromotionClaimCheckRequested, {
    ...oneAtATime,
    handler: 'promotion-scheduling/claim-checks/claim-check-requested.handler.ts',
    uses,
    errorImpact: 'A check of the counters of limits of promotions that staff asked for has no result.',
  });
}

import { Duration } from 'aws-cdk-lib';
import type { ClaimCheckEnv } from '../../../functions/promotion-scheduling/claim-checks/env.ts';
import { PromotionClaimCheckRequested } from '../../../shared/contracts/promotions/claim-events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { promotions } from '../../data/promotions.ts';
import { settings } from '../../settings.ts';

/** Compares the counters of limits with what orders hold, every night and on request. Staff also invoke it in the AWS console with `{ time }`. */
export function addClaimChecks(stack: WorkflowStack): void {
  stack.daily<ClaimCheckEnv>('02:45', {
    handler: 'promotion-scheduling/claim-checks/check-claims.handler.ts',
    uses: all(promotions.claimChecker, orders.reader, orders.byStatus, settings.channels),
    requestedBy: PromotionClaimCheckRequested,
    errorImpact: 'Wrong counters of limits of promotions are not found tonight, or a requested check has no result.',
    timeout: Duration.minutes(10),
  });
}

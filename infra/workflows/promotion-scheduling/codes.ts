import type { CodeJobEnv } from '../../../functions/promotion-scheduling/codes/env.ts';
import { CodeBatchRequested, CodeBatchRevoked } from '../../../shared/contracts/promotions/code-events.ts';
import { oneAtATime } from '../../constructs/work-queue.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { codes } from '../../data/promotions.ts';

/** Unique codes, generated and revoked in the background. */
export function addCodes(stack: WorkflowStack): void {
  stack.onEvents<CodeJobEnv>([CodeBatchRequested, CodeBatchRevoked], {
    ...oneAtATime,
    handler: 'promotion-scheduling/codes/code-batch.handler.ts',
    uses: codes.generator,
    errorImpact: 'Requested codes are not generated, or revoked codes are still accepted.',
  });
}

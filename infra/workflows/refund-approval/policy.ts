import { RefundPolicyChanged, RefundPolicyChangeRequested } from '../../../shared/contracts/refunds/policy-events.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';

const looserChanged = {
  ...RefundPolicyChanged,
  pattern: { ...RefundPolicyChanged.pattern, detail: { data: { isLooser: [true] } } },
};

/** Notices of changes that let more money be refunded. */
export function addPolicyNotices(stack: WorkflowStack): void {
  stack.alarmOn(RefundPolicyChangeRequested, {
    errorImpact: 'A person requested a looser refund policy; another person must decide on it.',
  });
  stack.alarmOn(looserChanged, { errorImpact: 'A looser refund policy is in force: more money may be paid out.' });
}

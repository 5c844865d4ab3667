import { AwsError } from '../gateway/aws-call.ts';
import type { Deliver, LocalContext } from '../context.ts';
import { textAttributes } from './dead-letter.ts';
import type { Delivery, DeliveryFailure } from './deliveries.ts';
import { createIam } from '../iam/iam.ts';
import { createResourcePolicies } from '../iam/resource-policy.ts';

const principal = 'events.amazonaws.com';

/** How EventBridge rules reach targets and dead-letter queues, with the permissions that AWS asks for. */
type EventSender = {
  /** Rejects with AwsError `AccessDenied` when the target's policy does not let this rule in. */
  send: (delivery: Delivery) => Promise<void>;
  sendToDeadLetterQueue: (delivery: Delivery, reason: DeliveryFailure) => Promise<void>;
};

type Parts = {
  deliver: Deliver;
  /** Takes an event that a rule forwards to another bus; resolves when it is delivered or kept. */
  forward: (busArn: string, event: string) => Promise<void>;
};

/** Throws StartError for a queue policy or a function permission which the engine cannot enforce. */
export function createEventSender({ template, log }: LocalContext, { deliver, forward }: Parts): EventSender {
  const policies = createResourcePolicies(template);
  const iam = createIam(template);

  function check({ targetArn, senderArn, roleArn }: Delivery): void {
    const refuse = (action: string): never => {
      throw new AwsError('AccessDenied', `${principal} may not ${action} on ${targetArn} for ${senderArn}`, 403);
    };
    if (targetArn.startsWith('arn:aws:sqs:')) {
      if (!policies.maySend(principal, targetArn, senderArn)) refuse('sqs:SendMessage');
    } else if (targetArn.startsWith('arn:aws:lambda:')) {
      if (!policies.mayInvoke(principal, targetArn, senderArn)) refuse('lambda:InvokeFunction');
    } else {
      // Buses and API destinations are reached under a role that the rule brings along.
      const action = targetArn.includes(':event-bus/') ? 'events:PutEvents' : 'events:InvokeApiDestination';
      const isAllowed =
        roleArn !== undefined &&
        iam.canAssume(roleArn, principal, senderArn) &&
        iam.authorize(roleArn, { action, resource: targetArn }) === 'allowed';
      if (!isAllowed) refuse(action);
    }
  }

  return {
    send: async (delivery) => {
      check(delivery);
      const { targetArn, payload, messageGroupId } = delivery;
      if (targetArn.includes(':event-bus/')) return forward(targetArn, payload);
      return deliver(targetArn, payload, messageGroupId === undefined ? {} : { messageGroupId });
    },
    sendToDeadLetterQueue: async (delivery, reason) => {
      const { deadLetterArn, senderArn, targetArn, payload, original = payload } = delivery;
      if (deadLetterArn === undefined) return log(`${senderArn} dropped an event for ${targetArn}: ${reason.message}`);
      if (!policies.maySend(principal, deadLetterArn, senderArn)) {
        return log(`${senderArn} dropped an event: its policy does not let it send to ${deadLetterArn}`);
      }
      const messageAttributes = textAttributes({
        RULE_ARN: senderArn,
        TARGET_ARN: targetArn,
        ERROR_CODE: reason.kind,
        ERROR_MESSAGE: reason.message,
        EXHAUSTED_RETRY_CONDITION: reason.exhausted,
        RETRY_ATTEMPTS: String(reason.retries),
      });
      return deliver(deadLetterArn, original, { messageAttributes });
    },
  };
}

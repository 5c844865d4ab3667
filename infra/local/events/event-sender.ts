import { AwsError } from '../gateway/aws-call.ts';
import type { Deliver, LocalContext } from '../context.ts';
import { textAttributes } from './dead-letter.ts';
import type { Delivery, DeliveryFailure } from './deliveries.ts';
import { createIam } from '../iam/iam.ts';
import { createResourcePolicies } from '../iam/resource-policy.ts';

const principal = 'events.amazonaws.com';

/** Sends events of rules to targets and dead-letter queues, with the permission checks of AWS. */
type EventSender = {
  /** Rejects with AwsError `AccessDenied` if the target's resource policy or the rule's role does not allow it. */
  send: (delivery: Delivery) => Promise<void>;
  sendToDeadLetterQueue: (delivery: Delivery, reason: DeliveryFailure) => Promise<void>;
};

type Parts = {
  deliver: Deliver;
  /** Publishes an event on another bus; resolves when its deliveries are done or stored. */
  forward: (busArn: string, event: string) => Promise<void>;
};

/** Throws StartError for an unsupported queue policy or function permission. */
export function createEventSender({ template, log }: LocalContext, { deliver, forward }: Parts): EventSender {
  const policies = createResourcePolicies(template);
  const iam = createIam(template);

  function check({ targetArn, senderArn, roleArn }: Delivery): void {
    const refuse = (action: string): never => {
      throw new AwsError(
        'AccessDenied',
        `${principal} is not authorized to perform ${action} on ${targetArn} for ${senderArn}`,
        403,
      );
    };
    if (targetArn.startsWith('arn:aws:sqs:')) {
      if (!policies.maySend(principal, targetArn, senderArn)) refuse('sqs:SendMessage');
    } else if (targetArn.startsWith('arn:aws:lambda:')) {
      if (!policies.mayInvoke(principal, targetArn, senderArn)) refuse('lambda:InvokeFunction');
    } else {
      // Buses and API destinations require the rule's role.
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
      if (deadLetterArn === undefined)
        return log(`${senderArn} discarded an event for ${targetArn}: ${reason.message}`);
      if (!policies.maySend(principal, deadLetterArn, senderArn)) {
        return log(`${senderArn} discarded an event: the policy of ${deadLetterArn} does not allow the rule to send`);
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

import { AwsError, type Permission } from '../gateway/aws-call.ts';
import type { Deliver, LocalContext } from '../context.ts';
import { textAttributes } from '../events/dead-letter.ts';
import type { Delivery, DeliveryFailure } from '../events/deliveries.ts';
import { eventTime } from '../events/event-entry.ts';
import type { Iam } from '../iam/iam.ts';
import type { Schedule } from './schedule.ts';

const principal = 'scheduler.amazonaws.com';

/** The schedule group's ARN, which is `aws:SourceArn` when the scheduler assumes a role. */
const groupArnOf = (scheduleArn: string) => scheduleArn.replace(/:schedule\/([^/]+)\/.*$/, ':schedule-group/$1');

type Occurrence = { at: number; executionId: string };

/** The delivery of a schedule's invocation. */
export function deliveryOf(
  { region, accountId }: LocalContext['template'],
  arn: string,
  { Target: target }: Schedule,
  occurrence: Occurrence,
): Delivery {
  const messageGroupId = target.SqsParameters?.MessageGroupId;
  const deadLetterArn = target.DeadLetterConfig?.Arn;
  // The default input on AWS.
  const event = {
    version: '0',
    id: occurrence.executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: accountId,
    time: eventTime(occurrence.at),
    region,
    resources: [arn],
    detail: '{}',
  };
  const input = target.Input ?? JSON.stringify(event);
  const bus = target.EventBridgeParameters;
  return {
    targetArn: target.Arn,
    payload: bus ? JSON.stringify({ ...bus, Detail: target.Input ?? '{}', Resources: [arn] }) : input,
    senderArn: arn,
    roleArn: target.RoleArn,
    maximumRetryAttempts: target.RetryPolicy.MaximumRetryAttempts,
    maximumAgeSeconds: target.RetryPolicy.MaximumEventAgeInSeconds,
    occurrence,
    ...(messageGroupId !== undefined && { messageGroupId }),
    ...(deadLetterArn !== undefined && { deadLetterArn }),
  };
}

/** Calls targets with the schedule's role, which must trust the scheduler and allow the call. */
export function createScheduleSender(context: LocalContext, { deliver, iam }: { deliver: Deliver; iam: Iam }) {
  function check({ senderArn, roleArn = '' }: Delivery, permission: Permission): void {
    if (!iam.canAssume(roleArn, principal, groupArnOf(senderArn))) {
      throw new AwsError('AccessDeniedException', `${principal} cannot assume ${roleArn}`, 403);
    }
    if (iam.authorize(roleArn, permission) === 'allowed') return;
    const refusal = iam.refusal(roleArn, permission);
    throw new AwsError(
      'AccessDeniedException',
      `${roleArn} is not authorized to perform: ${permission.action} on resource: ${permission.resource} ${refusal}`,
      403,
    );
  }

  return {
    send: async (delivery: Delivery, attempt: number): Promise<void> => {
      const { targetArn, payload, messageGroupId } = delivery;
      check(delivery, { action: actionFor(targetArn), resource: targetArn });
      await deliver(
        targetArn,
        filled(payload, delivery, attempt),
        messageGroupId === undefined ? {} : { messageGroupId },
      );
    },
    sendToDeadLetterQueue: async (delivery: Delivery, reason: DeliveryFailure): Promise<void> => {
      const { deadLetterArn, senderArn, targetArn, occurrence, payload } = delivery;
      if (deadLetterArn === undefined) {
        return context.log(`${senderArn} failed to invoke ${targetArn}: ${reason.message}`);
      }
      check(delivery, { action: 'sqs:SendMessage', resource: deadLetterArn });
      const messageAttributes = textAttributes({
        SCHEDULE_ARN: senderArn,
        TARGET_ARN: targetArn,
        SCHEDULED_TIME: occurrence && eventTime(occurrence.at),
        EXECUTION_ID: occurrence?.executionId,
        ERROR_CODE: reason.code,
        ERROR_MESSAGE: reason.message,
        EXHAUSTED_RETRY_CONDITION: reason.exhausted,
        RETRY_ATTEMPTS: String(reason.retries),
        IS_PAYLOAD_TRUNCATED: 'false',
      });
      return deliver(deadLetterArn, filled(payload, delivery, reason.retries + 1), { messageAttributes });
    },
  };
}

function actionFor(targetArn: string): string {
  if (targetArn.startsWith('arn:aws:sqs:')) return 'sqs:SendMessage';
  return targetArn.startsWith('arn:aws:lambda:') ? 'lambda:InvokeFunction' : 'events:PutEvents';
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function filled(payload: string, { senderArn, occurrence }: Delivery, attempt: number): string {
  return payload
    .replaceAll('<aws.scheduler.schedule-arn>', senderArn)
    .replaceAll('<aws.scheduler.scheduled-time>', occurrence ? eventTime(occurrence.at) : '')
    .replaceAll('<aws.scheduler.execution-id>', occurrence?.executionId ?? '')
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
}

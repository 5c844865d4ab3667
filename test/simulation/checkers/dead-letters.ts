import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { LocalStore } from '../../../infra/local-store.ts';
import type { Admin } from './final-state.ts';

/** A dead-letter queue that was not empty: its message count before and after the redrive, and some of its messages. */
export type DeadLetters = { queue: string; held: number; bodies: string[]; heldAfterRedrive: number };

/** A failed asynchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const FailedInvocation = z.object({
  requestContext: z.object({ functionArn: z.string() }),
  requestPayload: z.json(),
});

/** Redrives every dead-letter queue that is not empty, as an administrator does after removing the cause. */
export async function redriveAll(
  { context, gatewayUrl }: Pick<LocalStore, 'context' | 'gatewayUrl'>,
  { settings }: Admin,
  becomeQuiescent: () => Promise<void>,
): Promise<DeadLetters[]> {
  const sqs = new SQSClient(settings);
  const urlOf = (name: string) => `${gatewayUrl}/${context.template.accountId}/${name}`;
  const bodiesIn = async (name: string) => {
    const input = { QueueUrl: urlOf(name), MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(input));
    return Messages.map(({ Body = '' }) => Body);
  };
  const messagesIn = async (name: string) => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: urlOf(name),
        AttributeNames: ['All'],
      }),
    );
    const counters = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    return counters.reduce((sum, counter) => sum + Number(Attributes[counter] ?? 0), 0);
  };
  const queues = context.template.ofType('AWS::SQS::Queue').filter(({ logicalId }) => /DeadLetters/.test(logicalId));
  const found: DeadLetters[] = [];
  for (const { name, arn } of queues) {
    const held = await messagesIn(name);
    if (held === 0) continue;
    const bodies = await bodiesIn(name);
    // SQS refuses the move for a queue of failed invocations: each is invoked again with its payload. Failed stream
    // batches hold a position instead of a payload and stay.
    const move = sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn }));
    await move.catch(() => invokeAgain(sqs, settings, urlOf(name)));
    await becomeQuiescent();
    found.push({ queue: name, held, bodies, heldAfterRedrive: await messagesIn(name) });
  }
  sqs.destroy();
  return found;
}

const Notice = z.object({ detail: z.object({ metadata: z.object({ eventId: z.string() }) }) });

/** The ids of the events whose notice waits in the queue of this event type. It has at most ten messages. */
export async function readNotices(
  { context, gatewayUrl }: Pick<LocalStore, 'context' | 'gatewayUrl'>,
  { settings }: Admin,
  detailType: string,
): Promise<string[]> {
  const sqs = new SQSClient(settings);
  const queues = context.template
    .ofType('AWS::SQS::Queue')
    .filter(({ logicalId }) => logicalId.startsWith(`${detailType}DeadLetters`));
  const ids: string[] = [];
  for (const { name } of queues) {
    const QueueUrl = `${gatewayUrl}/${context.template.accountId}/${name}`;
    const input = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(input));
    ids.push(...Messages.map(({ Body = '' }) => Notice.parse(JSON.parse(Body)).detail.metadata.eventId));
  }
  sqs.destroy();
  return ids;
}

/** Invokes each function of a queue's failed invocations again and deletes those that succeed. */
async function invokeAgain(sqs: SQSClient, settings: Admin['settings'], QueueUrl: string): Promise<void> {
  const lambda = new LambdaClient(settings);
  const next = async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0];
  for (let message = await next(); message; message = await next()) {
    const { Body = '', ReceiptHandle } = message;
    const failed = FailedInvocation.safeParse(JSON.parse(Body));
    if (!failed.success) continue;
    const { requestContext, requestPayload } = failed.data;
    const { FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: requestContext.functionArn, Payload: JSON.stringify(requestPayload) }),
    );
    if (FunctionError === undefined) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  lambda.destroy();
}

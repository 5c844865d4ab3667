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

/** A dead-letter queue that was not empty: how many messages it held, some of them, and how many it holds after they were redriven. */
export type DeadLetters = { queue: string; held: number; bodies: string[]; heldAfterRedrive: number };

/** What Lambda parks: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const FailedJob = z.object({
  requestContext: z.object({ functionArn: z.string() }),
  requestPayload: z.json(),
});

/** Redrives every dead-letter queue that holds something, as an administrator would once the cause is gone. */
export async function redriveAll(
  { context, gatewayUrl }: Pick<LocalStore, 'context' | 'gatewayUrl'>,
  { settings }: Admin,
  settle: () => Promise<void>,
): Promise<DeadLetters[]> {
  const sqs = new SQSClient(settings);
  const urlOf = (name: string) => `${gatewayUrl}/${context.template.accountId}/${name}`;
  const bodiesIn = async (name: string) => {
    const look = { QueueUrl: urlOf(name), MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(look));
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
    // Refused for a queue that is no other queue's: jobs are run again with what they were given. What a stream leaves
    // says where to read, not what, and stays.
    const move = sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn }));
    await move.catch(() => runJobsAgain(sqs, settings, urlOf(name)));
    await settle();
    found.push({ queue: name, held, bodies, heldAfterRedrive: await messagesIn(name) });
  }
  sqs.destroy();
  return found;
}

/** Runs each job of a queue once more; what succeeds leaves the queue. */
async function runJobsAgain(sqs: SQSClient, settings: Admin['settings'], QueueUrl: string): Promise<void> {
  const lambda = new LambdaClient(settings);
  const next = async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0];
  for (let message = await next(); message; message = await next()) {
    const { Body = '', ReceiptHandle } = message;
    const job = FailedJob.safeParse(JSON.parse(Body));
    if (!job.success) continue;
    const { requestContext, requestPayload } = job.data;
    const { FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: requestContext.functionArn, Payload: JSON.stringify(requestPayload) }),
    );
    if (FunctionError === undefined) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  lambda.destroy();
}

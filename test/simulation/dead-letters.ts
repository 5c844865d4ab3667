import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { Engine } from '../../infra/local/engine.ts';
import type { Admin } from './facts.ts';

/** A dead-letter queue that was not empty: how many messages it held, some of them, and how many it holds after they were redriven. */
export type DeadLetters = { queue: string; held: number; bodies: string[]; heldAfterRedrive: number };

/** Redrives every dead-letter queue that holds something, as an administrator would once the cause is gone. */
export async function redriveAll(
  { context, gatewayUrl }: Pick<Engine, 'context' | 'gatewayUrl'>,
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
    // A queue that only a stream or a schedule gives to cannot be redriven, and keeps what it holds.
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn })).catch(() => undefined);
    await settle();
    found.push({ queue: name, held, bodies, heldAfterRedrive: await messagesIn(name) });
  }
  sqs.destroy();
  return found;
}

import type { SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { conflictError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { QueuedOrder } from './intake-item.ts';

// Limits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
const messagesPerCall = 10;
const bytesPerCall = 1_048_576;
const callsAtOnce = 5;

/** The SQS queue of accepted orders. */
export function createOrderQueue(queueUrl: string) {
  let client: Promise<SQSClient> | undefined;
  // The SDK client is loaded with the first queued order, to shorten the cold start of other requests.
  const connect = async () => new (await import('@aws-sdk/client-sqs')).SQSClient();

  return {
    /** Sends the messages in this order. Throws a retryable error if SQS refuses any of them. */
    async send(orders: readonly QueuedOrder[]): Promise<void> {
      if (orders.length === 0) return;
      const { SendMessageBatchCommand } = await import('@aws-sdk/client-sqs');
      const sqs = await (client ??= connect());
      await inParallel(callsAtOnce, callsOf(orders), async (Entries) => {
        const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
        if (Failed.length > 0) throw conflictError(`SQS refused ${Failed.length} message(s): ${Failed[0]?.Code}`);
      });
    },
  };
}
export type OrderQueue = Pick<ReturnType<typeof createOrderQueue>, 'send'>;

function callsOf(orders: readonly QueuedOrder[]): SendMessageBatchRequestEntry[][] {
  const calls: SendMessageBatchRequestEntry[][] = [];
  let bytes = Infinity;
  for (const [index, order] of orders.entries()) {
    const body = JSON.stringify(order);
    const size = Buffer.byteLength(body);
    const last = calls.at(-1);
    // Fair queue: on a standard queue the group is a tenant, and a channel's backlog does not delay the others.
    const entry = { Id: String(index), MessageBody: body, MessageGroupId: order.channel.channel };
    if (last && last.length < messagesPerCall && bytes + size <= bytesPerCall) {
      last.push(entry);
      bytes += size;
    } else {
      calls.push([entry]);
      bytes = size;
    }
  }
  return calls;
}

import { SendMessageBatchCommand, type SendMessageBatchCommandOutput, type SQSClient } from '@aws-sdk/client-sqs';
import { hidingIn } from '../../shared/lambda/message-batch.ts';
import { type DeliveryMessage, deliveryPartition } from './delivery.ts';

const messagesPerCall = 10;

/** What is to be delivered. */
export const createDeliveryQueue = (sqs: SQSClient, url: string) => ({
  /** Throws unless all were taken; those that were, are sent again with the next try and dropped as duplicates. */
  async send(messages: DeliveryMessage[]): Promise<void> {
    for (let from = 0; from < messages.length; from += messagesPerCall) {
      const answer: SendMessageBatchCommandOutput = await sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: url,
          Entries: messages.slice(from, from + messagesPerCall).map((message, index) => ({
            Id: String(index),
            MessageBody: JSON.stringify(message),
            // On a standard queue this is a tenant, not an order: SQS serves the others first when one has a backlog.
            MessageGroupId: deliveryPartition(message),
          })),
        }),
      );
      const [failed] = answer.Failed ?? [];
      if (failed) throw new Error(`SQS did not take a delivery: ${failed.Code}`);
    }
  },

  hide: hidingIn(sqs, url),
});
export type DeliveryQueue = ReturnType<typeof createDeliveryQueue>;

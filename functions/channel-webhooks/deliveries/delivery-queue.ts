import { SendMessageBatchCommand, type SendMessageBatchCommandOutput, type SQSClient } from '@aws-sdk/client-sqs';
import { setVisibilityTimeout } from '../../../shared/lambda/message-batch.ts';
import { type DeliveryMessage, deliveryPartition } from './delivery.ts';

const messagesPerCall = 10;

export const createDeliveryQueue = (sqs: SQSClient, url: string) => ({
  /** Throws if SQS refuses a message. A retry sends the accepted ones again, and the consumer drops the duplicates. */
  async send(messages: DeliveryMessage[]): Promise<void> {
    for (let from = 0; from < messages.length; from += messagesPerCall) {
      const response: SendMessageBatchCommandOutput = await sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: url,
          Entries: messages.slice(from, from + messagesPerCall).map((message, index) => ({
            Id: String(index),
            MessageBody: JSON.stringify(message),
            // Fair queue: on a standard queue the group is a tenant, and a tenant's backlog does not delay the others.
            MessageGroupId: deliveryPartition(message),
          })),
        }),
      );
      const [failed] = response.Failed ?? [];
      if (failed) throw new Error(`SQS refused a delivery: ${failed.Code}`);
    }
  },

  setVisibilityTimeout: setVisibilityTimeout(sqs, url),
});
export type DeliveryQueue = ReturnType<typeof createDeliveryQueue>;

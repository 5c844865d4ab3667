import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { parse } from 'csv-parse/sync';
import { adminConfigOf, type BackOffice, s3Of } from '../system/back-office.ts';

type Rows = Record<string, string>[];

/** The bucket of stock files and the queue of movements. `office` is read at each call: tests assign it in `beforeAll`. */
export function stockInbox(office: () => BackOffice) {
  const bucket = () => office().credentials.stockInboxBucket;
  const put = (Key: string, Body: string | Buffer, Metadata: Record<string, string> = {}) =>
    s3Of(office().credentials).send(new PutObjectCommand({ Bucket: bucket(), Key, Body, Metadata }));
  const read = async (Key: string): Promise<string | undefined> => {
    try {
      const { Body } = await s3Of(office().credentials).send(new GetObjectCommand({ Bucket: bucket(), Key }));
      return await Body?.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
  return {
    put,
    upload: (name: string, content: string | Buffer, metadata?: Record<string, string>) =>
      put(`movements/${name}.csv`, content, metadata),
    /** Waits for the result of an uploaded file. Returns its summary and rows. */
    resultOf: async (name: string) => {
      for (let tries = 0; tries < 600; tries += 1) {
        const summary = await read(`results/${name}.json`);
        if (summary === undefined) await sleep(50);
        else {
          const csv = (await read(`results/${name}.csv`)) ?? '';
          return { summary: JSON.parse(summary), rows: parse(csv, { bom: true, columns: true }) as Rows };
        }
      }
      throw new Error(`No result of ${name}`);
    },
    /** Sends a message to the queue of movements. Returns its id. */
    send: async (body: unknown): Promise<string> => {
      const sqs = new SQSClient(adminConfigOf(office()));
      const { QueueUrl } = await sqs.send(
        new GetQueueUrlCommand({ QueueName: office().credentials.stockMovementsQueue }),
      );
      const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
      const { MessageId = '' } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      return MessageId;
    },
  };
}

/** The reason of each row of a result, or its status. */
export const outcomesOf = (rows: Rows) => rows.map(({ reason, status }) => reason || status);

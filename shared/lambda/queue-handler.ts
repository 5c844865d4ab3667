import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { readJson } from '../input/json.ts';
import { eventKeys } from './event-log.ts';

const logger = new Logger();

/** Parses each record with the event's schema. A malformed or failing record is retried alone. */
export const queueHandler = <S extends z.ZodType>(
  event: { envelope: S },
  handle: (message: z.infer<S>, record: SQSRecord) => Promise<void>,
) => {
  const processor = new BatchProcessor(EventType.SQS);
  const onRecord = async (record: SQSRecord) => {
    let keys = {};
    try {
      const message = readJson(record.body);
      keys = eventKeys(message);
      await handle(event.envelope.parse(message), record);
      logger.info('event processed', keys);
    } catch (error) {
      logger.error('record failed', {
        ...keys,
        messageId: record.messageId,
        error: error instanceof Error ? error : String(error),
      });
      throw error;
    }
  };
  return middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler((batch: SQSEvent, context: Context) =>
      processPartialResponse(batch, onRecord, processor, { context, throwOnFullBatchFailure: false }),
    );
};

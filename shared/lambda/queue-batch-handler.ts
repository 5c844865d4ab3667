import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type * as z from 'zod';
import { MalformedTextError, readJson } from '../input/json.ts';
import { eventKeys } from './event-log.ts';

const logger = new Logger();
/** Of the function's timeout: messages that are not handled before it are retried. */
const reservedMs = 10_000;

/**
 * For messages that are cheaper to handle together. `handle` receives all parsed messages of a batch and returns those to
 * be retried. A malformed message is retried alone until SQS moves it to the dead-letter queue. If `handle` throws, its
 * messages are handled again in two halves, so that in the end only the messages that cause the error are retried.
 */
export const queueBatchHandler = <S extends z.ZodType<object>>(
  message: S,
  handle: (messages: z.infer<S>[], logger: Logger) => Promise<readonly z.infer<S>[]>,
) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async ({ Records }: SQSEvent, context: Context) => {
      const idByMessage = new Map<z.infer<S>, string>();
      const failed: string[] = [];
      for (const { messageId, body } of Records) {
        const parsed = message.safeParse(parseJson(body));
        if (parsed.success) idByMessage.set(parsed.data, messageId);
        else {
          failed.push(messageId);
          logger.error('record failed', { messageId, error: parsed.error.message });
        }
      }
      const hasTime = () => context.getRemainingTimeInMillis() > reservedMs;
      const handleSome = async (messages: z.infer<S>[]): Promise<readonly z.infer<S>[]> => {
        try {
          return await handle(messages, logger);
        } catch (error) {
          const messageIds = messages.map((each) => idByMessage.get(each));
          const correlationIds = correlationIdsOf(messages);
          logger.error('records failed', {
            messageIds,
            correlationIds,
            error: error instanceof Error ? error : String(error),
          });
          if (messages.length === 1 || !hasTime()) return messages;
          const half = Math.ceil(messages.length / 2);
          // In their order: `handle` may depend on the order of a batch.
          return [...(await handleSome(messages.slice(0, half))), ...(await handleSome(messages.slice(half)))];
        }
      };
      const retried = await handleSome([...idByMessage.keys()]);
      failed.push(...retried.flatMap((each) => idByMessage.get(each) ?? []));
      logger.info('events processed', { correlationIds: correlationIdsOf([...idByMessage.keys()]) });
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    });

/** The first of a batch, so that a line stays short: batches have up to thousands of messages. */
const maxCorrelationIds = 100;

const correlationIdsOf = (messages: readonly unknown[]): string[] =>
  [...new Set(messages.flatMap((message) => eventKeys(message).correlationId ?? []))].slice(0, maxCorrelationIds);

/** Returns undefined, which no message schema accepts, for text that is not JSON, or has text that is not well-formed. */
function parseJson(text: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof MalformedTextError) return undefined;
    throw error;
  }
}

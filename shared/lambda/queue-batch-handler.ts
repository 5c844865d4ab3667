import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type * as z from 'zod';

const logger = new Logger();

/**
 * For messages that are cheaper to handle together. `handle` receives all parsed messages of a batch and returns those to
 * be retried. A malformed message is retried alone until SQS moves it to the dead-letter queue.
 */
export const queueBatchHandler = <S extends z.ZodType<object>>(
  message: S,
  handle: (messages: z.infer<S>[], logger: Logger) => Promise<readonly z.infer<S>[]>,
) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async ({ Records }: SQSEvent, _context: Context) => {
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
      const retried = await handle([...idByMessage.keys()], logger);
      failed.push(...retried.flatMap((each) => idByMessage.get(each) ?? []));
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    });

/** Returns undefined, which no message schema accepts, for text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

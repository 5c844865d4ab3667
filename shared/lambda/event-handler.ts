import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';

const logger = new Logger();

/** A handler that receives its whole input: the input of a schedule, or a batch of records that it processes together. */
export const eventHandler = <S extends z.ZodType, R>(
  schema: S,
  handle: (event: z.infer<S>, logger: Logger) => Promise<R>,
) =>
  middy<unknown, R>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler((event: unknown, _context: Context) => handle(schema.parse(event), logger));

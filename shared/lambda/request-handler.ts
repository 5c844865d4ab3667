import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';

const logger = new Logger();

/** The request of Lambda that invoked the function, and the function itself. */
export type InvocationRequest = { requestId: string; functionArn: string };

/** A handler that people invoke: CloudTrail's data event of `requestId` has their identity. */
export const requestHandler = <S extends z.ZodType, R>(
  schema: S,
  handle: (event: z.infer<S>, request: InvocationRequest) => Promise<R>,
) =>
  middy<unknown, R>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler((event: unknown, { awsRequestId, invokedFunctionArn }: Context) =>
      handle(schema.parse(event), { requestId: awsRequestId, functionArn: invokedFunctionArn }),
    );

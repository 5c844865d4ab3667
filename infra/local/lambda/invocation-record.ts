import type { FunctionConfig } from './function-config.ts';
import type { InvokeResult } from './invoke-result.ts';

/** Final condition of an asynchronous invocation, as in its record. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

/** Outcome of an asynchronous invocation; `response` is of the last attempt, `undefined` if there was none. */
export type Outcome = { condition: Condition; attempts: number; at: number; response: InvokeResult | undefined };

/**
 * The document that a destination receives, as JSON; for an event bus, the entry of PutEvents. Source: "Capturing
 * records of Lambda asynchronous invocations".
 */
export function invocationRecord(
  config: FunctionConfig,
  destinationArn: string,
  request: { requestId: string; payload: string },
  { condition, attempts, at, response }: Outcome,
): string {
  const functionArn = `${config.arn}:$LATEST`;
  const record = {
    version: '1.0',
    timestamp: new Date(at).toISOString(),
    requestContext: { requestId: request.requestId, functionArn, condition, approximateInvokeCount: attempts },
    requestPayload: JSON.parse(request.payload),
    ...(response && response.kind !== 'throttled' && responseOf(response)),
  };
  if (!destinationArn.startsWith('arn:aws:events:')) return JSON.stringify(record);
  return JSON.stringify({
    Source: 'lambda',
    DetailType: `Lambda Function Invocation Result - ${condition === 'Success' ? 'Success' : 'Failure'}`,
    Detail: JSON.stringify(record),
    Resources: [functionArn, destinationArn],
  });
}

const responseOf = (response: Exclude<InvokeResult, { kind: 'throttled' }>) => ({
  responseContext: {
    statusCode: 200,
    executedVersion: '$LATEST',
    ...(response.kind === 'error' && { functionError: 'Unhandled' }),
  },
  responsePayload: JSON.parse(response.payload),
});

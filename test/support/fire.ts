import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import type { BackOffice } from './back-office.ts';

/** Runs a scheduled function, by its entry, as its schedule does: now, or as if it were due at another time. */
export async function fire(office: BackOffice, entry: string, dueAt = new Date()): Promise<void> {
  const { failure } = await invoke(office, entry, { time: dueAt.toISOString() });
  expect(failure).toBeUndefined();
}

/** Hands events to a function, by its entry, as its queue does; it must take them all. */
export async function deliver(office: BackOffice, entry: string, events: readonly object[]): Promise<void> {
  const Records = events.map((event, index) => ({
    messageId: String(index),
    eventSource: 'aws:sqs',
    body: JSON.stringify(event),
  }));
  expect(await invoke(office, entry, { Records })).toEqual({ failure: undefined, result: { batchItemFailures: [] } });
}

/** Invokes a function, by its entry, with a test event, as an administrator does in the console. */
export async function invoke({ context, credentials, gatewayUrl }: BackOffice, entry: string, event: unknown) {
  const functions = context.template.ofType('AWS::Lambda::Function');
  const found = functions.find(({ properties }) => String(properties.Description).includes(entry));
  const lambda = new LambdaClient({
    endpoint: gatewayUrl,
    region: credentials.region,
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
  });
  const command = new InvokeCommand({ FunctionName: found?.name, Payload: JSON.stringify(event) });
  const { FunctionError: failure, Payload } = await lambda.send(command);
  return { failure, result: JSON.parse(Payload?.transformToString() || 'null') };
}

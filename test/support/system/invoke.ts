import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import { adminConfigOf, type BackOffice } from './back-office.ts';

/** Invokes a scheduled function, identified by its entry file, with the event of EventBridge Scheduler. */
export async function fireSchedule(office: BackOffice, entry: string, dueAt = new Date()): Promise<void> {
  const { failure, result } = await invoke(office, entry, { time: dueAt.toISOString() });
  expect(failure, JSON.stringify(result)).toBeUndefined();
}

/** Invokes a queue consumer with these events and expects that it accepts every message. */
export async function deliver(office: BackOffice, entry: string, events: readonly object[]): Promise<void> {
  const Records = events.map((event, index) => ({
    messageId: String(index),
    eventSource: 'aws:sqs',
    body: JSON.stringify(event),
  }));
  expect(await invoke(office, entry, { Records })).toEqual({ failure: undefined, result: { batchItemFailures: [] } });
}

/** Invokes a function, identified by its entry file, as an administrator does in the AWS console. */
export async function invoke(office: BackOffice, entry: string, event: unknown) {
  const functions = office.context.template.ofType('AWS::Lambda::Function');
  const found = functions.find(({ properties }) => String(properties.Description).includes(entry));
  const command = new InvokeCommand({ FunctionName: found?.name, Payload: JSON.stringify(event) });
  const { FunctionError: failure, Payload } = await new LambdaClient(adminConfigOf(office)).send(command);
  return { failure, result: JSON.parse(Payload?.transformToString() || 'null') };
}

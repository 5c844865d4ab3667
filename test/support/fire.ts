import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import type { BackOffice } from './back-office.ts';

/** Runs a scheduled function, by its entry, as its schedule does: now, or as if it were due at another time. */
export async function fire(
  { context, credentials, gatewayUrl }: BackOffice,
  entry: string,
  dueAt = new Date(),
): Promise<void> {
  const functions = context.template.ofType('AWS::Lambda::Function');
  const scheduled = functions.find(({ properties }) => String(properties.Description).includes(entry));
  const lambda = new LambdaClient({
    endpoint: gatewayUrl,
    region: credentials.region,
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
  });
  const Payload = JSON.stringify({ time: dueAt.toISOString() });
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: scheduled?.name, Payload }));
  expect(FunctionError).toBeUndefined();
}

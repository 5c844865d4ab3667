import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import type { BackOffice } from './back-office.ts';

/** Runs a scheduled function now, by its entry, as its schedule does. */
export async function fire({ context, credentials, gatewayUrl }: BackOffice, entry: string): Promise<void> {
  const functions = context.template.ofType('AWS::Lambda::Function');
  const scheduled = functions.find(({ properties }) => String(properties.Description).includes(entry));
  const lambda = new LambdaClient({
    endpoint: gatewayUrl,
    region: credentials.region,
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
  });
  const Payload = JSON.stringify({ time: new Date().toISOString() });
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: scheduled?.name, Payload }));
  expect(FunctionError).toBeUndefined();
}

import { expect, test } from 'vitest';
import type { AwsCall } from '../../../infra/local/gateway/aws-call.ts';
import { createSecrets } from '../../../infra/local/secrets/secrets.ts';
import { localContext } from './local-context.ts';

const call = (body: unknown, operation = 'GetSecretValue'): AwsCall => ({
  service: 'secretsmanager',
  operation,
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.from(JSON.stringify(body)),
});
const generated = (GenerateSecretString: unknown) => ({
  resources: [{ type: 'AWS::SecretsManager::Secret', logicalId: 'Webhooks', properties: { GenerateSecretString } }],
});

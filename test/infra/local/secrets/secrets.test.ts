import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { createSecrets } from '../../../../infra/local/secrets/secrets.ts';
import { callOf, localContext, resource } from '../local-context.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:webhooks';
const secret = (GenerateSecretString: unknown) =>
  resource('AWS::SecretsManager::Secret', 'webhooks', { GenerateSecretString }, arn);
const read = (SecretId: string, operation = 'GetSecretValue') =>
  callOf({ service: 'secretsmanager', operation, body: Buffer.from(JSON.stringify({ SecretId })) });

let remove = () => {};
afterEach(() => remove());

test('a generated secret has the length of the template, and stays the same after a restart', async () => {
  const resources = [secret({ PasswordLength: 48, ExcludePunctuation: true })];
  const first = localContext(resources);
  const text = createSecrets(first.context).textOf(arn);
  expect(text).toMatch(/^[A-Za-z0-9]{48}$/);
  const second = first.reopened();
  remove = second.remove;
  const secrets = createSecrets(second.context);
  for (const id of [arn, 'webhooks']) {
    const { body } = await secrets.handle(read(id));
    expect(JSON.parse(body.toString())).toMatchObject({ ARN: arn, SecretString: text, VersionStages: ['AWSCURRENT'] });
  }
});

test('reading a secret by name or ARN requires the permission on its ARN', () => {
  const { context, remove: removeState } = localContext([secret({})]);
  remove = removeState;
  const { permissions } = createSecrets(context);
  const needed = [{ action: 'secretsmanager:GetSecretValue', resource: arn }];
  expect([permissions(read('webhooks')), permissions(read(arn))]).toEqual([needed, needed]);
});

test('PutSecretValue changes the current value, and a version is immutable', async () => {
  const { context, remove: removeState } = localContext([secret({})]);
  remove = removeState;
  const { handle, permissions } = createSecrets(context);
  const put = (SecretString: string, ClientRequestToken: string = randomUUID()) =>
    callOf({
      service: 'secretsmanager',
      operation: 'PutSecretValue',
      body: Buffer.from(JSON.stringify({ SecretId: 'webhooks', SecretString, ClientRequestToken })),
    });
  const token = randomUUID();
  expect(permissions(put('{}'))).toEqual([{ action: 'secretsmanager:PutSecretValue', resource: arn }]);
  const { body } = await handle(put('one', token));
  expect(JSON.parse(body.toString())).toMatchObject({ ARN: arn, VersionId: token, VersionStages: ['AWSCURRENT'] });
  await handle(put('one', token));
  await expect(handle(put('two', token))).rejects.toMatchObject({ code: 'ResourceExistsException' });
  await expect(handle(put('two', 'short'))).rejects.toMatchObject({ code: 'ValidationException' });
  const text = async () => JSON.parse((await handle(read(arn))).body.toString()).SecretString;
  expect(await text()).toBe('one');
  await handle(put('two'));
  expect(await text()).toBe('two');
});

test('an unknown secret and an unsupported operation are refused', async () => {
  const { context, remove: removeState } = localContext([secret({})]);
  remove = removeState;
  const { handle } = createSecrets(context);
  await expect(handle(read('other'))).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  await expect(handle(read(arn, 'DeleteSecret'))).rejects.toMatchObject({ code: 'UnknownOperationException' });
});

test('an unsupported way of generating a secret prevents the start', () => {
  const { context, remove: removeState } = localContext([secret({ SecretStringTemplate: '{}' })]);
  remove = removeState;
  expect(() => createSecrets(context)).toThrow(/GenerateSecretString/);
});

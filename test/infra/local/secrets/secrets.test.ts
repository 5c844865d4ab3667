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

test('a generated secret has the length that the template asks for, and stays the same', async () => {
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

test('reading a secret needs the permission on this very secret, by whichever name it is asked for', () => {
  const { context, remove: removeState } = localContext([secret({})]);
  remove = removeState;
  const { permissions } = createSecrets(context);
  const needed = [{ action: 'secretsmanager:GetSecretValue', resource: arn }];
  expect([permissions(read('webhooks')), permissions(read(arn))]).toEqual([needed, needed]);
});

test('what an administrator puts is read from then on, and a version never changes', async () => {
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

test('what is not there, or not known here, is refused', async () => {
  const { context, remove: removeState } = localContext([secret({})]);
  remove = removeState;
  const { handle } = createSecrets(context);
  await expect(handle(read('other'))).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  await expect(handle(read(arn, 'DeleteSecret'))).rejects.toMatchObject({ code: 'UnknownOperationException' });
});

test('a way of making secrets that the engine does not know stops it', () => {
  const { context, remove: removeState } = localContext([secret({ SecretStringTemplate: '{}' })]);
  remove = removeState;
  expect(() => createSecrets(context)).toThrow(/GenerateSecretString/);
});

import { randomInt, randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { LocalContext, Support } from '../context.ts';
import { type AwsCall, AwsError, type AwsService, jsonResponse } from '../gateway/aws-call.ts';
import { parseProperties } from '../template/template-properties.ts';
import type { Resource } from '../template/template.ts';

export const supports: Support = {
  // A description has no effect, and the state directory is not encrypted.
  'AWS::SecretsManager::Secret': {
    effective: ['Name', 'GenerateSecretString', 'SecretString'],
    inert: ['Description', 'KmsKeyId'],
  },
};

const Properties = z.object({
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .strictObject({
      PasswordLength: z.int().min(1).max(4096).default(32),
      /** Accepted with either value: the engine generates letters and digits only. */
      ExcludePunctuation: z.boolean().optional(),
    })
    .optional(),
});
const OfSecret = z.object({ SecretId: z.string().min(1) });
const PutSecretValue = OfSecret.extend({
  SecretString: z.string().min(1).max(65_536),
  ClientRequestToken: z.string().min(32).max(64),
  /** The engine keeps the current version only. */
  VersionStages: z.tuple([z.literal('AWSCURRENT')]).optional(),
});
const Row = z.object({ arn: z.string(), text: z.string(), version: z.string(), created_at: z.number() });

type Secrets = AwsService & {
  /** Current text of a secret by ARN or name. Throws AwsError `ResourceNotFoundException` if it does not exist. */
  textOf: (secretId: string) => string;
};

/**
 * Secrets Manager with `GetSecretValue` and `PutSecretValue`, by name or ARN. The engine creates a secret at the first
 * start and keeps it in the state. Limits and errors:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export function createSecrets({ template, state, now }: LocalContext): Secrets {
  state.db.exec(`CREATE TABLE IF NOT EXISTS secrets (
    arn TEXT PRIMARY KEY, text TEXT NOT NULL, version TEXT NOT NULL, created_at INTEGER NOT NULL
  ) STRICT`);
  const resources = template.ofType('AWS::SecretsManager::Secret');
  const insert = state.db.prepare(
    'INSERT INTO secrets (arn, text, version, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (arn) DO NOTHING',
  );
  for (const resource of resources) insert.run(resource.arn, newText(resource), randomUUID(), now());
  const select = state.db.prepare('SELECT arn, text, version, created_at FROM secrets WHERE arn = ?');

  const update = state.db.prepare('UPDATE secrets SET text = ?, version = ?, created_at = ? WHERE arn = ?');

  /** Finds a secret by name or ARN. */
  const find = (secretId: string) => resources.find(({ arn, name }) => secretId === arn || secretId === name);
  const secretOf = (secretId: string) => {
    const resource = find(secretId);
    if (!resource) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return { name: resource.name, row: Row.parse(select.get(resource.arn)) };
  };

  const get = (call: AwsCall) => {
    const { name, row } = secretOf(inputOf(OfSecret, call).SecretId);
    return { ...versionOf(name, row), SecretString: row.text, CreatedDate: row.created_at / 1000 };
  };

  const put = (call: AwsCall) => {
    const { SecretId, SecretString: text, ClientRequestToken: version } = inputOf(PutSecretValue, call);
    const { name, row } = secretOf(SecretId);
    if (row.version === version && row.text !== text) {
      throw new AwsError(
        'ResourceExistsException',
        'A resource with the ID you requested already exists: the version has another value.',
      );
    }
    if (row.version !== version) update.run(text, version, now(), row.arn);
    return versionOf(name, { ...row, version });
  };

  return {
    permissions: (call) => {
      const id = inputOf(OfSecret, call).SecretId;
      return [{ action: `secretsmanager:${call.operation}`, resource: find(id)?.arn ?? id }];
    },
    handle: async (call) => {
      if (call.operation === 'GetSecretValue') return jsonResponse(get(call));
      if (call.operation === 'PutSecretValue') return jsonResponse(put(call));
      throw new AwsError(
        'UnknownOperationException',
        `The local engine does not support ${call.operation} of Secrets Manager.`,
      );
    },
    textOf: (secretId) => secretOf(secretId).row.text,
  };
}

const versionOf = (name: string, { arn, version }: Pick<z.infer<typeof Row>, 'arn' | 'version'>) => ({
  ARN: arn,
  Name: name,
  VersionId: version,
  VersionStages: ['AWSCURRENT'],
});

function inputOf<S extends z.ZodType>(schema: S, call: AwsCall): z.infer<S> {
  const parsed = schema.safeParse(parseJson(call.body.toString()));
  if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
  return parsed.data;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function newText(resource: Resource): string {
  const { SecretString, GenerateSecretString } = parseProperties(Properties, resource);
  if (SecretString !== undefined) return SecretString;
  const length = GenerateSecretString?.PasswordLength ?? 0;
  return Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

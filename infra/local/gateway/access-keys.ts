import { createHmac, randomBytes } from 'node:crypto';
import type { LocalContext } from '../context.ts';

/** `roleArn` is `undefined` for the account's administrator. */
export type AccessKey = { secretAccessKey: string; roleArn: string | undefined };

/** Credentials as the AWS SDKs take them. */
export type Credentials = { accessKeyId: string; secretAccessKey: string };

/**
 * The access keys of the administrator and of every function. Their secrets derive from one random secret of the state,
 * so that presigned URLs stay valid after a restart.
 */
export function openAccessKeys({ template, state }: Pick<LocalContext, 'template' | 'state'>) {
  const root = rootSecret(state);
  const credentials = (accessKeyId: string): Credentials => ({
    accessKeyId,
    secretAccessKey: createHmac('sha256', root).update(accessKeyId).digest('base64url'),
  });
  const keys = new Map<string, AccessKey>();
  const add = ({ accessKeyId, secretAccessKey }: Credentials, roleArn?: string) =>
    void keys.set(accessKeyId, { secretAccessKey, roleArn });
  // Not a name that callers choose for a key of their own.
  const administrator = credentials(`administrator.${credentials('administrator').secretAccessKey.slice(0, 8)}`);
  const ofFunction = (name: string) => credentials(`function.${name}`);
  add(administrator);
  for (const { name, properties } of template.ofType('AWS::Lambda::Function')) {
    add(ofFunction(name), String(properties.Role));
  }
  return { administrator, ofFunction, find: (accessKeyId: string) => keys.get(accessKeyId) };
}

function rootSecret({ db }: LocalContext['state']): string {
  db.exec('CREATE TABLE IF NOT EXISTS access_key_secret (secret TEXT NOT NULL)');
  const known = db.prepare('SELECT secret FROM access_key_secret').get() as { secret: string } | undefined;
  if (known) return known.secret;
  const secret = randomBytes(32).toString('base64url');
  db.prepare('INSERT INTO access_key_secret VALUES (?)').run(secret);
  return secret;
}

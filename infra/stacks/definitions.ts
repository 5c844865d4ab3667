import { globSync } from 'node:fs';
import { join } from 'node:path';
import { BucketDefinition } from '../constructs/bucket.ts';
import { SecretDefinition } from '../constructs/secret.ts';
import { type AnyTable, TableDefinition } from '../constructs/table.ts';

const owners = globSync('**/*.ts', { cwd: join(import.meta.dirname, '../data') }).sort();
const modules = await Promise.all(
  owners.map((file) => import(/* @vite-ignore */ `../data/${file}`) as Promise<object>),
);
const definitions = modules.flatMap((module): unknown[] => Object.values(module).flat());

/** Every table that a file below `infra/data` exports. The data stack creates it, the relay reads its stream. */
export const tables = definitions.filter((value): value is AnyTable => value instanceof TableDefinition);
export const buckets = definitions.filter(
  (value): value is BucketDefinition<string> => value instanceof BucketDefinition,
);
export const secrets = definitions.filter(
  (value): value is SecretDefinition<string> => value instanceof SecretDefinition,
);

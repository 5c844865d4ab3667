import { globSync } from 'node:fs';
import { BucketDefinition } from '../constructs/bucket.ts';
import { SecretDefinition } from '../constructs/secret.ts';
import { type AnyTable, TableDefinition } from '../constructs/table.ts';

const owners = globSync('*.ts', { cwd: import.meta.dirname, exclude: ['definitions.ts', '*-stack.ts'] }).sort();
const modules = await Promise.all(owners.map((file) => import(/* @vite-ignore */ `./${file}`) as Promise<object>));
const definitions = modules.flatMap((module): unknown[] => Object.values(module).flat());

/** Every table that a file of this folder exports. The data stack creates it, the relay reads its stream. */
export const tables = definitions.filter((value): value is AnyTable => value instanceof TableDefinition);
export const buckets = definitions.filter(
  (value): value is BucketDefinition<string> => value instanceof BucketDefinition,
);
export const secrets = definitions.filter(
  (value): value is SecretDefinition<string> => value instanceof SecretDefinition,
);

import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { EventDefinition } from '../shared/contracts/define-event.ts';
import type { Columns } from '../shared/csv/columns.ts';

const contracts = join(import.meta.dirname, '../shared/contracts');
const modulesOf = (pattern: string) =>
  Promise.all(
    globSync(pattern, { cwd: contracts })
      .sort()
      .map((file) => import(/* @vite-ignore */ `../shared/contracts/${file}`) as Promise<Record<string, unknown>>),
  );

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isEvent = (value: unknown): value is EventDefinition =>
  isObject(value) && 'envelope' in value && 'detailType' in value;
const isColumns = (entry: [string, unknown]): entry is [string, Columns] => isObject(entry[1]);

/** Every event of every domain's contract. */
export const contractEvents: EventDefinition[] = (await modulesOf('*/*events.ts')).flatMap((module) =>
  Object.values(module).filter(isEvent),
);

/** The columns of every kind of file, by name. */
export const contractFiles: Record<string, Columns> = Object.fromEntries(
  (await modulesOf('*/file-columns.ts')).flatMap((module) => Object.entries(module).filter(isColumns)),
);

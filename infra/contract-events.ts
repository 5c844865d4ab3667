import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { EventDefinition } from '../shared/contracts/define-event.ts';
import type { FileDefinition } from '../shared/contracts/define-file.ts';
import * as catalogFiles from '../shared/contracts/catalog/files.ts';
import * as orderFiles from '../shared/contracts/orders/columns/files.ts';
import * as stockAuditFiles from '../shared/contracts/stock-audit/files.ts';
import * as stockFiles from '../shared/contracts/stock/files.ts';

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
const isFile = (entry: [string, object]): entry is [string, FileDefinition] => 'isFile' in entry[1];

/** Every event of every domain's contract. */
export const contractEvents: EventDefinition[] = (await modulesOf('*/*events.ts')).flatMap((module) =>
  Object.values(module).filter(isEvent),
);

/** Every kind of file, by name. */
export const contractFiles: Record<string, FileDefinition> = Object.fromEntries(
  [catalogFiles, orderFiles, stockFiles, stockAuditFiles].flatMap((module) =>
    Object.entries<object>(module).filter(isFile),
  ),
);

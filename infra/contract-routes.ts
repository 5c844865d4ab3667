import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { DefinedRoute } from '../shared/contracts/define-route.ts';
import { isRoute } from './constructs/api-routes.ts';

const contracts = join(import.meta.dirname, '../shared/contracts');
const modules = await Promise.all(
  globSync('*/*routes.ts', { cwd: contracts })
    .sort()
    .map((file) => import(/* @vite-ignore */ `../shared/contracts/${file}`) as Promise<object>),
);

/** Every route of every domain's contract. */
export const contractRoutes: DefinedRoute[] = modules.flatMap((module) => Object.values(module).filter(isRoute));

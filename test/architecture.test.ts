import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importBreaches, impurities, incompleteWorkflows, misplaced, readSources } from './support/architecture.ts';

const root = join(import.meta.dirname, '..');
const sources = readSources();

describe('the tree', () => {
  test('imports only what it may', () => expect(importBreaches(sources)).toEqual([]));
  test('decides with pure functions', () => expect(impurities(sources)).toEqual([]));
  test('has no folder by kind and no barrel', () => expect(misplaced(sources)).toEqual([]));
  test('has every workflow whole', () => {
    const paths = globSync('{functions,infra,test}/**/*.{ts,md}', { cwd: root });
    expect(incompleteWorkflows(paths, readFileSync(join(root, 'README.md'), 'utf8'))).toEqual([]);
  });
});

describe('a breach is found', () => {
  test.each([
    ['functions/a/api.handler.ts', "import { x } from '../b/decide.ts';"],
    ['functions/a/api.handler.ts', "import { x } from '../../infra/store.ts';"],
    ['functions/a/api.handler.ts', "import { Stack } from 'aws-cdk-lib';"],
    ['functions/a/decide.ts', "import { GetCommand } from '@aws-sdk/lib-dynamodb';"],
    ['functions/a/decide.ts', "import { readFileSync } from 'node:fs';"],
    ['shared/money.ts', "import { x } from '../functions/a/decide.ts';"],
    ['infra/workflows/a.ts', "import { Env } from '../../functions/a/env.ts';"],
    ['infra/local/engine.ts', "import { orderOf } from '../../test/support/shop.ts';"],
  ])('%s: %s', (path, source) => expect(importBreaches(new Map([[path, source]]))).toHaveLength(1));

  test.each(['const now = Date.now();', 'const id = Math.random();', 'const zone = process.env.TZ;'])(
    'decide: %s',
    (source) => expect(impurities(new Map([['functions/a/decide.ts', source]]))).toHaveLength(1),
  );

  test('a barrel and a folder by kind', () => {
    expect(misplaced(new Map([['shared/events/index.ts', "export * from './order.ts';"]]))).toHaveLength(1);
    expect(misplaced(new Map([['functions/a/utils/x.ts', 'export const x = 1;']]))).toHaveLength(1);
  });

  test('a workflow without infra, tests, README and row; infra without a workflow', () => {
    expect(incompleteWorkflows(['functions/a/decide.ts'], '')).toHaveLength(4);
    expect(incompleteWorkflows(['infra/workflows/b.ts'], '')).toHaveLength(1);
  });

  test('what is allowed passes', () => {
    const allowed: [string, string][] = [
      ['infra/workflows/a.ts', "import type { Env } from '../../functions/a/env.ts';"],
      ['functions/a/decide.ts', "import { x } from '../../shared/money.ts';\nimport * as z from 'zod';"],
      ['functions/a/store.ts', "import { GetCommand } from '@aws-sdk/lib-dynamodb';"],
    ];
    expect(importBreaches(new Map(allowed))).toEqual([]);
  });
});

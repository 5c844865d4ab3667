import { describe, expect, test } from 'vitest';
import {
  capabilityViolations,
  folderSizeViolations,
  handParsedVariables,
  importViolations,
  incompleteWorkflows,
  longWorkflowStacks,
  misplaced,
  purityViolations,
  storeWordsInLocalEngine,
  violationsIn,
} from './support/architecture.ts';

const file = (path: string, source: string) => new Map([[path, source]]);

describe('the repository', () => {
  test.each(Object.entries(violationsIn()))('%s', (_rule, violations) => expect(violations).toEqual([]));
});

describe('a violation is found', () => {
  test.each([
    ['functions/a/api.handler.ts', "import { x } from '../b/decide.ts';"],
    ['functions/a/api.handler.ts', "import { x } from '../../infra/store.ts';"],
    ['functions/a/api.handler.ts', "import { Stack } from 'aws-cdk-lib';"],
    ['shared/money.ts', "import { x } from '../functions/a/decide.ts';"],
    ['infra/workflows/a.ts', "import { Env } from '../../functions/a/env.ts';"],
    ['infra/constructs/queue.ts', "import { aShop } from '../../test/support/shop.ts';"],
    ['infra/local/engine.ts', "import { anOrder } from '../../test/support/shop.ts';"],
    ['infra/local/engine.ts', "import { store } from '../store.ts';"],
    ['infra/local/engine.ts', "import { scopes } from '../../shared/access/scopes.ts';"],
  ])('import in %s: %s', (path, source) => expect(importViolations(file(path, source))).toHaveLength(1));

  test('capabilities that import each other, and a core that imports a capability', () => {
    const core = "import { order } from '../order/order.ts';";
    const capabilities: [string, string][] = [
      ['functions/a/placement/place.ts', core],
      ['functions/a/editing/edit.ts', core],
      ['functions/a/api.handler.ts', "import { edit } from './editing/edit.ts';"],
    ];
    expect(capabilityViolations(new Map(capabilities))).toEqual([]);
    const sideways = file('functions/a/risk/score.ts', "import { edit } from '../editing/edit.ts';");
    expect(capabilityViolations(new Map([...capabilities, ...sideways]))).toHaveLength(1);
    const outward = file('functions/a/order/order.ts', "import type { Placement } from '../placement/place.ts';");
    expect(capabilityViolations(new Map([...capabilities, ...outward]))).toHaveLength(1);
    const upward = file('functions/a/risk/score.ts', "import { Env } from '../env.ts';");
    expect(capabilityViolations(new Map([...capabilities, ...upward]))).toHaveLength(1);
  });

  test.each([
    ['functions/a/decide.ts', "import { GetCommand } from '@aws-sdk/lib-dynamodb';"],
    ['functions/a/placement/pricing.ts', "import { readFileSync } from 'node:fs';"],
    ['functions/a/risk/score.ts', 'const now = Date.now();'],
    ['shared/money.ts', 'const id = Math.random();'],
    ['shared/stock/allocation.ts', 'const zone = process.env.TZ;'],
  ])('impure rules in %s: %s', (path, source) => expect(purityViolations(file(path, source))).toHaveLength(1));

  test('a barrel file and a folder named by kind', () => {
    expect(misplaced(file('shared/contracts/index.ts', "export * from './order.ts';"))).toHaveLength(1);
    expect(misplaced(file('functions/a/utils/x.ts', 'export const x = 1;'))).toHaveLength(1);
  });

  test('a sixteenth file in a folder', () => {
    const files = (count: number) =>
      new Map(Array.from({ length: count }, (_, index) => [`functions/a/order/file-${index}.ts`, '']));
    expect(folderSizeViolations(files(15))).toEqual([]);
    expect(folderSizeViolations(files(16))).toHaveLength(1);
  });

  test.each(['// The refund of an order.', "realm='storeworks'", "const key = 'orders/1';", '/^lakeBucket/'])(
    'a word of this store in the local engine: %s',
    (source) => expect(storeWordsInLocalEngine(file('infra/local/engine.ts', source))).toHaveLength(1),
  );

  test('an environment that parses JSON itself', () => {
    const source = 'z.string().transform((text): unknown => JSON.parse(text))';
    for (const path of ['functions/a/env.ts', 'functions/a/order/env.ts']) {
      expect(handParsedVariables(file(path, source))).toHaveLength(1);
    }
    expect(handParsedVariables(file('functions/a/env.ts', 'jsonVariable(Channels)'))).toEqual([]);
  });

  test('a workflow stack longer than one screen', () => {
    expect(longWorkflowStacks(file('infra/workflows/a.ts', '\n'.repeat(59)))).toEqual([]);
    expect(longWorkflowStacks(file('infra/workflows/a.ts', 'x\n'.repeat(61)))).toHaveLength(1);
  });

  test('a workflow without infra, tests, README and row; infra and tests without a workflow', () => {
    expect(incompleteWorkflows(['functions/a/decide.ts'], '')).toHaveLength(4);
    expect(incompleteWorkflows(['infra/workflows/b.ts'], '')).toHaveLength(1);
    const whole = ['functions/a/order/x.ts', 'functions/a/README.md', 'infra/workflows/a.ts', 'test/a/order/x.test.ts'];
    expect(incompleteWorkflows(whole, 'functions/a')).toEqual([]);
    expect(incompleteWorkflows([...whole, 'test/a/gone/y.test.ts'], 'functions/a')).toHaveLength(1);
  });

  test('permitted imports and effects pass', () => {
    const permitted: [string, string][] = [
      ['infra/workflows/a.ts', "import type { Env } from '../../functions/a/env.ts';"],
      ['functions/a/decide.ts', "import { x } from '../../shared/money.ts';\nimport * as z from 'zod';"],
      ['functions/a/order-store.ts', "import { GetCommand } from '@aws-sdk/lib-dynamodb';"],
      ['functions/a/api.handler.ts', 'const now = Date.now();'],
    ];
    expect(importViolations(new Map(permitted))).toEqual([]);
    expect(purityViolations(new Map(permitted))).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { areTwoPeople, callerKindOf, consoleIdentity } from '../../../shared/access/four-eyes.ts';

const ann = '1c2f3a4b-0000-4000-8000-000000000001';
const bob = '1c2f3a4b-0000-4000-8000-000000000002';

test.each([
  [ann, 'person'],
  ['aws:aws-request:1', 'console'],
  [consoleIdentity('ann@example.com'), 'console'],
  [consoleIdentity(ann), 'person'],
  [consoleIdentity('finance'), 'console'],
  ['finance', 'machine'],
  ['6qk4b1example0client0id0000', 'machine'],
  [ann.replace('-', ''), 'machine'],
  ['storeworks.catalog', 'workflow'],
])('%s is a %s', (id, kind) => expect(callerKindOf(id)).toBe(kind));

describe('two people', () => {
  test.each([
    [ann, bob],
    ['finance', 'admin'],
    ['aws:ann', 'aws:bob'],
    ['storeworks.catalog', ann],
  ])('are certain: %s and %s', (first, second) => {
    expect([areTwoPeople(first, second), areTwoPeople(second, first)]).toEqual([true, true]);
  });

  test.each([
    ['the same person', ann, ann],
    ['the same machine', 'finance', 'finance'],
    ['a person, who may hold a machine’s secret', ann, 'finance'],
    ['a person over HTTP and in the console', ann, consoleIdentity(ann)],
    ['a person and a button of the console', ann, 'aws:aws-request:1'],
    ['a machine and a name in the console', 'finance', 'aws:ann@example.com'],
    ['a name in the console that is a client’s', 'finance', consoleIdentity('finance')],
  ])('are not certain: %s', (_what, first, second) => {
    expect([areTwoPeople(first, second), areTwoPeople(second, first)]).toEqual([false, false]);
  });
});

import { describe, expect, test } from 'vitest';
import { decide, etagOf, type StoredSku } from '../../functions/catalog/decide.ts';
import { aSku } from '../support/builders.ts';

const wanted = { record: aSku(), contentHash: 'aaaaaaaaaaaaaaaa' };
const current: StoredSku = { record: aSku({ name: 'A cup' }), version: 3, contentHash: 'bbbbbbbbbbbbbbbb' };

describe('a SKU that is put', () => {
  test.each<[string, StoredSku | undefined, string | undefined, object]>([
    ['is created where there is none', undefined, undefined, { kind: 'create', next: { version: 1 } }],
    ['replaces the one there is', current, undefined, { kind: 'replace', next: { ...wanted, version: 4 } }],
    [
      'changes nothing if it is the same',
      { ...current, contentHash: wanted.contentHash },
      undefined,
      { kind: 'unchanged' },
    ],
    ['replaces the state that If-Match names', current, etagOf(current), { kind: 'replace' }],
    ['replaces a state in the list of If-Match', current, `"1-x", ${etagOf(current)}`, { kind: 'replace' }],
    ['replaces any state with an asterisk', current, '*', { kind: 'replace' }],
    ['is refused if it changed since', current, '"2-bbbbbbbbbbbb"', { kind: 'precondition-failed' }],
    ['is refused by a weak tag', current, `W/${etagOf(current)}`, { kind: 'precondition-failed' }],
    ['is refused if there is none to match', undefined, '*', { kind: 'precondition-failed' }],
  ])('%s', (_name, stored, ifMatch, decision) => {
    expect(decide(wanted, stored, ifMatch)).toMatchObject(decision);
  });
});

test('every change has a tag of its own, also one that is taken back', () => {
  const takenBack = { ...current, version: 5 };
  expect(etagOf(takenBack)).not.toBe(etagOf(current));
  expect(etagOf(current)).toMatch(/^"[\w-]+"$/);
});

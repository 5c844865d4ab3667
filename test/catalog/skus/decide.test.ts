import { describe, expect, test } from 'vitest';
import { decide, type StoredSku } from '../../../functions/catalog/skus/decide.ts';
import { etagOf } from '../../../shared/contracts/entity-tag.ts';
import { aSku } from '../../support/builders.ts';

const wanted = { record: aSku(), contentHash: 'aaaaaaaaaaaaaaaa' };
const current: StoredSku = { record: aSku({ name: 'A cup' }), version: 3, contentHash: 'bbbbbbbbbbbbbbbb' };

describe('a SKU that is put', () => {
  test.each<[string, StoredSku | undefined, string | undefined, object]>([
    ['is created if there is none', undefined, undefined, { kind: 'create', next: { version: 1 } }],
    ['replaces the current one', current, undefined, { kind: 'replace', next: { ...wanted, version: 4 } }],
    [
      'changes nothing if it is the same',
      { ...current, contentHash: wanted.contentHash },
      undefined,
      { kind: 'unchanged' },
    ],
    ['replaces the version that If-Match names', current, etagOf(current), { kind: 'replace' }],
    ['replaces a version in the list of If-Match', current, `"1-x", ${etagOf(current)}`, { kind: 'replace' }],
    ['replaces any version with If-Match *', current, '*', { kind: 'replace' }],
    ['is refused if it changed since the given ETag', current, '"2-bbbbbbbbbbbb"', { kind: 'precondition-failed' }],
    ['is refused with a weak ETag', current, `W/${etagOf(current)}`, { kind: 'precondition-failed' }],
    ['is refused with If-Match * if there is none', undefined, '*', { kind: 'precondition-failed' }],
  ])('%s', (_name, stored, ifMatch, decision) => {
    expect(decide(wanted, stored, ifMatch)).toMatchObject(decision);
  });
});

test('every change has an ETag of its own, also one back to earlier content', () => {
  const revertedLater = { ...current, version: 5 };
  expect(etagOf(revertedLater)).not.toBe(etagOf(current));
  expect(etagOf(current)).toMatch(/^"[\w-]+"$/);
});

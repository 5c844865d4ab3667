import { expect, test } from 'vitest';
import { decideOnEntry, type Entry, entryOf, isSameRequest } from '../../../functions/ledger/entries/entry.ts';

const postings = [
  { account: 'expenses:rent', amountMinor: 1200 },
  { account: 'assets:bank', amountMinor: -1200 },
];
const content = { entryId: 'rent', date: '2026-06-30', text: 'Rent', currency: 'GBP' as const, postings };
const now = Date.parse('2026-07-01T06:00:00Z');
const entry: Entry = {
  ...content,
  status: 'pending-approval',
  reversesWhole: false,
  requestedBy: 'ada',
  requestedAt: '2026-07-01T06:00:00.000Z',
  version: 1,
};

test('an entry waits for another person', () => expect(entryOf(content, undefined, 'ada', now)).toEqual({ entry }));

test('a reversal has the opposite postings and names what it corrects', () => {
  const reversal = { ...content, postings: undefined, reverses: 'X' };
  expect(entryOf(reversal, { code: 'X', currency: 'GBP', postings }, 'ada', now)).toMatchObject({
    entry: { reverses: 'X', reversesWhole: true, postings: [{ amountMinor: -1200 }, { amountMinor: 1200 }] },
  });
});

test.each([
  ['of an unknown transaction', undefined],
  ['in another currency', { code: 'X', currency: 'EUR', postings }],
])('a reversal %s is refused', (_, reversed) =>
  expect(entryOf({ ...content, reverses: 'X' }, reversed, 'ada', now)).toMatchObject({ refusal: 'illegal-reversal' }),
);

test.each<[string, Partial<Entry>, 'approve' | 'reject', string, string]>([
  ['another person approves', {}, 'approve', 'bob', 'approve'],
  ['the same person approves', {}, 'approve', 'ada', 'own-entry'],
  ['the same person withdraws', {}, 'reject', 'ada', 'reject'],
  ['a person approves again', { status: 'approved', decidedBy: 'bob' }, 'approve', 'bob', 'already-done'],
  ['a third person approves again', { status: 'approved', decidedBy: 'bob' }, 'approve', 'eve', 'illegal'],
  ['an approved one is rejected', { status: 'approved', decidedBy: 'bob' }, 'reject', 'bob', 'illegal'],
  ['a rejected one is approved', { status: 'rejected', decidedBy: 'bob' }, 'approve', 'bob', 'illegal'],
])('%s', (_, given, decision, by, kind) =>
  expect(decideOnEntry({ ...entry, ...given }, { decision, by }, now)).toMatchObject({ kind }),
);

test.each<[string, Partial<Entry>, boolean]>([
  ['a repeated request', { requestedAt: '2026-07-02T06:00:00.000Z', status: 'approved', decidedBy: 'bob' }, true],
  ['another text', { text: 'Rent of July' }, false],
  ['another day', { date: '2026-06-29' }, false],
  ['another person', { requestedBy: 'eve' }, false],
  ['other postings', { postings: [] }, false],
])('%s is the same: %s', (_, given, isSame) => expect(isSameRequest({ ...entry, ...given }, entry)).toBe(isSame));

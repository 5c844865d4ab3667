import { expect, test } from 'vitest';
import { postBatch } from '../../../functions/ledger/consumption/post-batch.ts';
import { createPostingStore } from '../../../functions/ledger/consumption/posting-store.ts';
import { entryApi } from '../../../functions/ledger/entries/entry-api.ts';
import { createEntryStore } from '../../../functions/ledger/entries/entry-store.ts';
import { createJournalStore } from '../../../functions/ledger/posting/journal-store.ts';
import { settlementApi } from '../../../functions/ledger/settlements/settlement-api.ts';
import { createSettlementStore } from '../../../functions/ledger/settlements/settlement-store.ts';
import { postEntry } from '../../../shared/contracts/ledger/entry-routes.ts';
import { postSettlements } from '../../../shared/contracts/ledger/settlement-routes.ts';
import { businessDays } from '../../../shared/business-day.ts';
import { aCause } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { entered, settled } from '../posting/ledger-events.ts';

const database = databaseForEach();
const table = tables.LEDGER_TABLE_NAME;
const businessDay = businessDays('Europe/London');
const journal = () => createJournalStore(database.db, table);
const api = () => entryApi({ entries: createEntryStore(database.db, table), journal: journal(), businessDay });
const now = Date.parse('2026-07-01T06:00:00Z');
const request = (clientId: string, given: object) =>
  ({
    params: {},
    query: {},
    headers: undefined,
    body: undefined,
    caller: { clientId, subject: clientId, groups: [], address: '' },
    cause: aCause({ now, actor: clientId }),
    ...given,
  }) as never;
const postAll = (messages: ReturnType<typeof settled>[]) =>
  postBatch({
    store: createPostingStore(database.db, table),
    businessDay,
    clock: () => now,
    shard: () => 'BALANCE#3',
  })(messages, { error: () => expect.unreachable() });

const postings = [
  { account: 'expenses:rent', amountMinor: 1200 },
  { account: 'assets:bank', amountMinor: -1200 },
];
const content = { entryId: 'rent', date: '2026-06-30', text: 'Rent', currency: 'GBP', postings };
const decide = (by: string, entryId = 'rent', decision = 'approve') =>
  api().decide(request(by, { params: { entryId }, body: { decision } }));

test('an entry is approved by another person, once, and reversed once', async () => {
  expect(await api().request(request('ada', { body: content }))).toMatchObject({ status: 201 });
  expect(await api().request(request('ada', { body: content }))).toMatchObject({ status: 200 });
  const other = request('ada', { body: { ...content, text: 'x' } });
  expect(await api().request(other)).toMatchObject({ status: 409, body: { type: 'entry-conflict' } });
  const tomorrow = request('ada', { body: { ...content, entryId: 'b', date: '2026-07-02' } });
  expect(await api().request(tomorrow)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/date' }] } });
  expect(await api().pending()).toMatchObject({ body: { entries: [{ entryId: 'rent' }] } });
  expect(await decide('ada')).toMatchObject({ status: 403 });
  const approved = await Promise.all([decide('bob'), decide('bob')]);
  expect(approved.map(({ status }) => status)).toEqual([200, 200]);
  const { eventId } = approved[0].body as { eventId: string };
  expect(approved[1]).toMatchObject({ body: { eventId } });
  expect(await api().pending()).toMatchObject({ body: { entries: [] } });

  // As the queue delivers it, also twice.
  const message = entered(eventId, '2026-06-30', postings);
  expect(await postAll([message, message])).toEqual([]);
  expect(await postAll([message])).toEqual([]);
  const [posted] = await journal().ofEvent(eventId);
  expect(posted).toMatchObject({ date: '2026-06-30', kind: 'entry', postings });

  const reversal = { ...content, postings: undefined, reverses: eventId };
  for (const entryId of ['back-1', 'back-2']) {
    expect(await api().request(request('ada', { body: { ...reversal, entryId } }))).toMatchObject({ status: 201 });
  }
  expect(await decide('bob', 'back-1')).toMatchObject({ body: { status: 'approved', reverses: eventId } });
  expect(await decide('bob', 'back-2')).toMatchObject({ status: 409, body: { type: 'already-reversed' } });
  const third = request('ada', { body: { ...reversal, entryId: 'back-3' } });
  expect(await api().request(third)).toMatchObject({ status: 409, body: { type: 'already-reversed' } });
  const unknown = request('ada', { body: { ...reversal, entryId: 'back-4', reverses: 'none' } });
  expect(await api().request(unknown)).toMatchObject({ status: 409, body: { type: 'illegal-reversal' } });
  expect(await decide('bob', 'back-2', 'reject')).toMatchObject({ body: { status: 'rejected' } });
});

test.each([
  ['that does not balance', { ...content, postings: [postings[0], { account: 'assets:bank', amountMinor: -1199 }] }],
  ['of one posting', { ...content, postings: [postings[0]] }],
  ['of an account outside the chart', { ...content, postings: [{ account: 'bank', amountMinor: 1 }, postings[1]] }],
  ['with an amount of 0', { ...content, postings: [{ account: 'assets:bank', amountMinor: 0 }, postings[1]] }],
  ['without postings', { ...content, postings: undefined }],
  ['of no currency', { ...content, currency: 'XXY' }],
])('an entry %s is refused', (_, body) => expect(postEntry.body.safeParse(body).success).toBe(false));

const line = { lineId: 't1', type: 'fee', amountMinor: 320, currency: 'GBP', occurredAt: '2026-06-22T12:00:00Z' };
test('a line of a settlement counts once; one with another content is reported', async () => {
  const settle = (lines: object[]) =>
    settlementApi(createSettlementStore(database.db, table))(
      request('finance', { body: { provider: 'stripe', lines } }),
    );
  const many = Array.from({ length: 60 }, (_, index) => ({ ...line, lineId: `m${index}` }));
  const results = await Promise.all([settle([line, ...many]), settle([line, ...many])]);
  const statuses = results.flatMap(({ body }) => (body as { results: { status: string }[] }).results);
  expect(statuses.filter(({ status }) => status === 'recorded')).toHaveLength(61);
  expect(statuses.filter(({ status }) => status === 'duplicate')).toHaveLength(61);
  const changed = await settle([
    { ...line, amountMinor: 321 },
    { ...line, lineId: 't2' },
  ]);
  expect(changed).toMatchObject({ body: { results: [{ status: 'conflict' }, { status: 'recorded' }] } });
  const late = { ...line, lineId: 't3', occurredAt: '2026-08-01T00:00:00Z' };
  expect(await settle([line, late])).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/lines/1/occurredAt' }] },
  });
});

test.each([
  ['an amount of 0', [{ ...line, amountMinor: 0 }]],
  ['an unknown type', [{ ...line, type: 'tip' }]],
  ['a line twice', [line, line]],
  ['no lines', []],
  ['an amount with decimals', [{ ...line, amountMinor: 3.2 }]],
])('a settlement with %s is refused', (_, lines) =>
  expect(postSettlements.body.safeParse({ provider: 'stripe', lines }).success).toBe(false),
);

import { expect, test } from 'vitest';
import { postBatch } from '../../../functions/ledger/consumption/post-batch.ts';
import { createPostingStore } from '../../../functions/ledger/consumption/posting-store.ts';
import { periodApi } from '../../../functions/ledger/periods/period-api.ts';
import { createPeriodStore } from '../../../functions/ledger/periods/period-store.ts';
import { createJournalStore } from '../../../functions/ledger/posting/journal-store.ts';
import { taxReturnApi } from '../../../functions/ledger/tax-returns/tax-return-api.ts';
import { createTaxReturnStore } from '../../../functions/ledger/tax-returns/tax-return-store.ts';
import { businessDays } from '../../../shared/business-day.ts';
import { aCause } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { paid, placed } from '../posting/ledger-events.ts';

const database = databaseForEach();
const table = tables.LEDGER_TABLE_NAME;
const businessDay = businessDays('Europe/London');
const journal = () => createJournalStore(database.db, table);
const api = () => taxReturnApi({ journal: journal(), returns: createTaxReturnStore(database.db, table), home: 'GB' });
const request = (given: object, now = '2026-07-10T06:00:00Z') =>
  ({
    query: {},
    caller: { clientId: 'finance' },
    cause: aCause({ now: Date.parse(now), actor: 'finance' }),
    ...given,
  }) as never;
let shard = 0;
const postAll = (messages: ReturnType<typeof placed>[], now: string) =>
  postBatch({
    store: createPostingStore(database.db, table),
    businessDay,
    clock: () => Date.parse(now),
    shard: () => `BALANCE#${(shard += 1) % 16}`,
  })(messages, { error: () => expect.unreachable() });
const order = (id: string, day: string, given: object = {}) =>
  placed(id, day, { id: `ord_${id}`, lines: [{ sku: 'A', quantity: 1, price: 1200, tax: 200 }], ...given });
const close = (month: string) =>
  periodApi({ journal: journal(), periods: createPeriodStore(database.db, table), businessDay }).close(
    request({ params: { month } }),
  );

test('a filed return does not change; what is late is a correction in the next one', async () => {
  const [june, july] = ['2026-06', '2026-07'].map((period) => ({ kind: 'uk-vat', period }));
  const capture = paid('c', '2026-06-05', 1200);
  await postAll([order('1', '2026-06-05'), capture], '2026-06-05T12:00:00Z');
  const abroad = {
    country: 'US',
    relief: 'export',
    taxes: [['zero', '0', 0]],
    lines: [{ sku: 'A', quantity: 2, price: 600, tax: 0 }],
  };
  await postAll([order('2', '2026-06-06', abroad)], '2026-06-06T12:00:00Z');
  const open = await api().get(request({ params: june, query: { format: 'json' } }));
  expect(open).toMatchObject({
    body: {
      status: 'open',
      isClosed: false,
      rows: [{ taxMinor: 200 }],
      unprovenExports: [{ orderId: 'ord_2', amountMinor: 1200 }],
    },
  });
  expect(await api().file(request({ params: june }))).toMatchObject({
    status: 409,
    body: { type: 'period-not-closed' },
  });
  expect(await close('2026-06')).toMatchObject({ status: 200 });
  const filings = await Promise.all([api().file(request({ params: june })), api().file(request({ params: june }))]);
  expect(filings.map(({ status }) => status)).toEqual([200, 200]);
  expect(filings[0].body).toEqual(filings[1].body);

  // The order of the capture arrives late.
  await postAll([{ ...order('x', '2026-06-05', { id: 'ord_1x' }) }], '2026-07-08T12:00:00Z');
  const late = paid('late', '2026-06-20', 1200);
  const data = { ...(late.detail['data'] as object), orderId: 'ord_1x' };
  await postAll([{ ...late, detail: { ...late.detail, data } }], '2026-07-08T12:00:00Z');
  const again = await api().get(request({ params: june, query: { format: 'json' } }));
  expect(again.body).toEqual(filings[0].body);
  const next = await api().get(request({ params: july, query: { format: 'json' } }));
  expect(next).toMatchObject({
    body: { rows: [], corrections: [{ forMonth: '2026-06', rate: 'GB:standard', baseMinor: 1000, taxMinor: 200 }] },
  });
  const csv = await api().get(request({ params: july, query: { format: 'csv' } }));
  expect(csv).toMatchObject({ contentType: 'text/csv; charset=utf-8' });

  for (const month of ['2026-04', '2026-05']) await close(month);
  const quarter = await api().file(request({ params: { kind: 'uk-vat', period: '2026-Q2' } }));
  expect(quarter).toMatchObject({ status: 409, body: { type: 'period-overlaps' } });
});

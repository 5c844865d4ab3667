import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { factOf, type LedgerMessage } from '../../../functions/ledger/posting/event-facts.ts';
import { hledgerJournal } from '../../../functions/ledger/exports/journal.ts';
import { type LedgerStates, post, type Transaction } from '../../../functions/ledger/posting/post.ts';
import { cancelled, moved, paid, placed, refundPaid, returned, settled, shipped, skuCost } from './ledger-events.ts';

const Posting = z.object({ account: z.string(), amountMinor: z.int() });
const Entry = z.object({
  date: z.string(),
  code: z.string(),
  text: z.string(),
  currency: z.string(),
  postings: z.array(Posting),
  for: z.string().optional(),
});
const Cases = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      postings: z.array(Entry),
      balances: z.array(Posting.extend({ currency: z.string() })),
      journal: z.string().optional(),
    }),
  ),
});
const file = fileURLToPath(new URL('../../data/metrics-cases.json', import.meta.url));
const { cases } = Cases.parse(JSON.parse(readFileSync(file, 'utf8')));
const caseOf = (id: string) => {
  const found = cases.find((each) => each.id === id);
  assert(found);
  return found;
};

/** The events of the cases. What a case tells without an event of its own, as a cost, is an event without a posting. */
const events: Record<string, LedgerMessage[]> = {
  M01: [
    skuCost('cost', '2026-05-01', 'A', 450),
    placed('M01-e1', '2026-06-01', {
      lines: [{ sku: 'A', quantity: 2, price: 1200, tax: 400 }],
      shipping: 495,
      shippingTax: 83,
    }),
    paid('M01-e2', '2026-06-01', 2895),
    shipped('M01-e3', '2026-06-02', [{ sku: 'A', quantity: 2 }]),
    refundPaid('M01-e4', '2026-06-04', [{ pot: 'line:line-1', amountMinor: 1200, taxMinor: 200, quantity: 1 }]),
    returned('M01-e5', '2026-06-04', [{ sku: 'A', quantity: 1 }]),
  ],
  M02: [
    placed('M02-e1', '2026-06-01', { lines: [{ sku: 'A', quantity: 1, price: 1200, tax: 200 }] }),
    cancelled('M02-e2', '2026-06-02', [{ sku: 'A', quantity: 1 }]),
  ],
  M05: [
    placed('M05-e1', '2026-06-12', { lines: [{ sku: 'A', quantity: 1, price: 1200, tax: 200 }] }),
    paid('M05-e2', '2026-06-12', 1500),
    refundPaid('M05-e3', '2026-06-13', [{ pot: 'overpaid', amountMinor: 300 }]),
  ],
  M09: [
    placed('M09-e1', '2026-06-03', { lines: [{ sku: 'A', quantity: 1, price: 1200, tax: 200 }] }),
    placed('M09-e1', '2026-06-03', { lines: [{ sku: 'A', quantity: 1, price: 1200, tax: 200 }] }),
    placed('M09-e1', '2026-06-03', { lines: [{ sku: 'A', quantity: 1, price: 1200, tax: 200 }] }),
    placed('M09-e2', '2026-06-03', { lines: [{ sku: 'A', quantity: 5, price: 1200, tax: 1000 }] }),
  ],
  M12: [
    placed('M12-e1', '2026-06-09', {
      lines: [
        { sku: 'BOOK', quantity: 1, price: 1000, discount: 100, tax: 0, category: 'zero' },
        { sku: 'HEATER', quantity: 1, price: 2100, discount: 210, tax: 90, category: 'reduced' },
        { sku: 'LAMP', quantity: 1, price: 1200, discount: 120, tax: 180 },
      ],
      taxes: [
        ['reduced', '5', 90],
        ['standard', '20', 180],
        ['zero', '0', 0],
      ],
    }),
    paid('M12-e2', '2026-06-09', 3870),
  ],
  M13: [
    skuCost('cost', '2026-05-01', 'A', 450),
    placed('M13-e1', '2026-06-09', {
      lines: [{ sku: 'A', quantity: 1, price: 1200, tax: 0 }],
      country: 'US',
      taxes: [['zero', '0', 0]],
    }),
    paid('M13-e2', '2026-06-09', 1200),
    shipped('M13-e3', '2026-06-10', [{ sku: 'A', quantity: 1 }]),
  ],
  M17: [
    placed('M17-e1', '2026-06-22', { lines: [{ sku: 'A', quantity: 1, price: 10_000, tax: 1667 }] }),
    paid('M17-e2', '2026-06-22', 10_000),
    settled('M17-e3', '2026-06-22', 'fee', 320),
    settled('M17-e4', '2026-06-24', 'payout', 9680),
  ],
  M18: [
    skuCost('cost-a', '2026-05-01', 'A', 2000),
    skuCost('cost-b', '2026-05-01', 'BAG', 300),
    placed('M18-e1', '2026-06-23', {
      lines: [
        { sku: 'A', quantity: 1, price: 6000, tax: 1000 },
        { sku: 'BAG', quantity: 1, price: 1200, discount: 1200, tax: 0 },
      ],
    }),
    paid('M18-e2', '2026-06-23', 6000),
    shipped('M18-e3', '2026-06-24', [
      { sku: 'A', quantity: 1 },
      { sku: 'BAG', quantity: 1 },
    ]),
  ],
};

function run(messages: readonly LedgerMessage[]): { transactions: Transaction[]; states: LedgerStates } {
  const states: LedgerStates = { orders: new Map(), skus: new Map() };
  const transactions = messages.flatMap((message) =>
    post(states, factOf(message)).flatMap((step) => step.transactions),
  );
  return { transactions, states };
}

const sorted = <T extends { account: string }>(postings: readonly T[]) =>
  postings.toSorted((a, b) => (a.account < b.account ? -1 : 1));

describe('the worked cases', () => {
  test.each(Object.entries(events))('%s has the postings and balances of the case', (id, messages) => {
    const { postings, balances } = caseOf(id);
    const { transactions } = run(messages);
    const found = transactions.map(({ code, currency, at, postings: own }) => ({
      code,
      currency,
      date: new Date(at).toISOString().slice(0, 10),
      postings: sorted(own),
    }));
    expect(found).toEqual(
      postings.map(({ code, currency, date, postings: own }) => ({ code, currency, date, postings: sorted(own) })),
    );
    for (const { account, amountMinor } of balances) {
      const own = transactions.flatMap((each) => each.postings).filter((each) => each.account === account);
      expect([account, own.reduce((total, each) => total + each.amountMinor, 0)]).toEqual([account, amountMinor]);
    }
  });

  // The 146 units of M19 belong to older orders, which the case does not place; they are lines of one order here.
  test('M19 has the value of stock and the costs of the case, and 0 after the last unit', () => {
    const { transactions } = run([
      skuCost('cost', '2026-05-01', 'A', 400),
      placed('old', '2026-05-02', { lines: [{ sku: 'A', quantity: 146, price: 0, tax: 0 }] }),
      moved('M19-e1', '2026-06-25', 'receipt', 100, 450),
      moved('damaged', '2026-06-26T08:00:00Z', 'damage', 0),
      moved('M19-e2', '2026-06-26T09:00:00Z', 'write-off', -2),
      moved('M19-e3', '2026-06-26T10:00:00Z', 'count', -3),
      moved('M19-e4', '2026-06-27', 'count', 1),
      moved('M19-e5', '2026-06-28', 'receipt', 50, 480),
      shipped('M19-e6', '2026-06-29', [{ sku: 'A', quantity: 10 }]),
      shipped('M19-e7', '2026-06-30', [{ sku: 'A', quantity: 136 }]),
    ]);
    const found = transactions.map(({ code, postings }) => ({ code, postings: sorted(postings) }));
    expect(found).toEqual(caseOf('M19').postings.map(({ code, postings }) => ({ code, postings: sorted(postings) })));
  });

  test.each(cases.filter(({ journal }) => journal !== undefined).map((each) => [each.id, each] as const))(
    'the postings of %s are written as the journal of the case',
    (_id, { postings, journal }) => expect(hledgerJournal(postings)).toBe(journal),
  );
});

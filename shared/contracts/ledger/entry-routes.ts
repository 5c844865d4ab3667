import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { BusinessDay, Currency, CurrencyCode, Instant, maxAmountMinor, PathId } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { Account } from './amounts.ts';

const EntryPosting = z.strictObject({
  account: Account.describe('Account. Its first part is its kind; a new name opens a new account'),
  amountMinor: z
    .int()
    .min(-maxAmountMinor)
    .max(maxAmountMinor)
    .refine((amount) => amount !== 0, 'An amount is not 0')
    .meta({ description: 'Debit, or negative for a credit, in minor units', example: 120_000 }),
});
export type EntryPosting = z.infer<typeof EntryPosting>;

const Text = z.string().trim().min(1).max(200);
/** Postings of an entry: a DynamoDB transaction with their sums has at most 100 actions. */
const maxPostings = 50;

export const EntryContent = z.strictObject({
  entryId: PathId.meta({ description: 'Id of the entry, chosen by the caller', example: 'rent-2026-11' }),
  date: BusinessDay.describe(
    'Day of the entry. Of a closed month: it is posted on the day of its approval, for this day',
  ),
  text: Text.meta({ description: 'What it is', example: 'Rent of November' }),
  currency: Currency,
  postings: z
    .array(EntryPosting)
    .min(2)
    .max(maxPostings)
    .refine(
      (postings) => postings.reduce((sum, each) => sum + each.amountMinor, 0) === 0,
      'The amounts do not sum to 0',
    )
    .optional()
    .describe('The postings, which sum to 0. Default: those of `reverses` with the opposite signs'),
  reverses: StoredText.optional().meta({
    description: 'Code of a transaction that the entry corrects. Without postings it is reversed as a whole, once',
    example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
  }),
});
export type EntryContent = z.infer<typeof EntryContent>;

export const LedgerEntry = z
  .object({
    entryId: StoredText.meta({ description: 'Id of the entry', example: 'rent-2026-11' }),
    status: z.enum(['pending-approval', 'approved', 'rejected']).describe('State of the entry'),
    date: BusinessDay.describe('Day of the entry'),
    text: StoredText.meta({ description: 'What it is', example: 'Rent of November' }),
    currency: CurrencyCode.describe('Currency of all amounts, ISO 4217'),
    postings: z.array(EntryPosting).max(maxEntries).describe('The postings, which sum to 0'),
    reverses: StoredText.optional().meta({
      description: 'Code of the transaction that it corrects',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
    requestedBy: StoredText.meta({ description: 'Client or user who requested it', example: 'finance' }),
    requestedAt: Instant.describe('When it was requested'),
    decidedBy: StoredText.optional().meta({ description: 'Client or user who decided', example: 'admin' }),
    decidedAt: Instant.optional().describe('When it was decided'),
    comment: StoredText.optional().meta({ description: 'Comment of the decision', example: 'As the lease says' }),
    eventId: StoredText.optional().meta({
      description: 'Id of the event of its approval, which is the code of its transaction',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
  })
  .meta({ id: 'AccountEntry' });
export type LedgerEntry = z.infer<typeof LedgerEntry>;

const writing = { tag: 'Ledger', scope: 'ledger.write' } as const;
const entryInPath = z.strictObject({
  entryId: PathId.meta({ description: 'Id of the entry', example: 'rent-2026-11' }),
});
const unknownEntry = { description: 'Unknown entry', schema: Problem };

export const postEntry = defineRoute({
  ...writing,
  method: 'POST',
  path: '/ledger/entries',
  summary: 'Request an entry, which another person approves; or the reversal of a transaction',
  body: EntryContent.refine(
    ({ postings, reverses }) => postings !== undefined || reverses !== undefined,
    'An entry has postings, or reverses a transaction',
  ).meta({ id: 'AccountEntryRequest' }),
  responses: {
    200: { description: 'The entry, which was requested before', schema: LedgerEntry },
    201: { description: 'The entry, which waits for another person', schema: LedgerEntry },
    409: {
      description: '`entry-conflict`: the id has another content; `already-reversed`; `illegal-reversal`',
      schema: Problem,
    },
    422: { description: 'Invalid content: such as amounts that do not sum to 0', schema: Problem },
  },
});

export const listPendingEntries = defineRoute({
  ...writing,
  method: 'GET',
  path: '/ledger/entries',
  summary: 'The entries that wait for approval, at most 100',
  responses: {
    200: {
      description: 'The entries',
      schema: z
        .object({ entries: z.array(LedgerEntry).max(maxEntries).describe('The entries by id') })
        .meta({ id: 'PendingAccountEntries' }),
    },
  },
});

export const getEntry = defineRoute({
  ...writing,
  method: 'GET',
  path: '/ledger/entries/{entryId}',
  summary: 'An entry and its decision',
  params: entryInPath,
  responses: { 200: { description: 'The entry', schema: LedgerEntry }, 404: unknownEntry },
});

export const decideEntry = defineRoute({
  ...writing,
  method: 'POST',
  path: '/ledger/entries/{entryId}/decisions',
  summary: 'Approve an entry of another person, which posts it, or reject it',
  params: entryInPath,
  body: z
    .strictObject({
      decision: z.enum(['approve', 'reject']).describe('The decision'),
      comment: Text.optional().meta({ description: 'Comment for the colleagues', example: 'As the lease says' }),
    })
    .meta({ id: 'AccountEntryDecision' }),
  responses: {
    200: { description: 'The entry; also if the caller decided so before', schema: LedgerEntry },
    403: { description: '`own-entry`: another person must approve it', schema: Problem },
    404: unknownEntry,
    409: { description: '`illegal-transition`: it is decided; `already-reversed`', schema: Problem },
  },
});

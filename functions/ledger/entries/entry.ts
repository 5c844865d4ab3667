import * as z from 'zod';
import { type EntryContent, type EntryPosting, LedgerEntry } from '../../../shared/contracts/ledger/entry-routes.ts';

/** An entry as its item has it. `reversesWhole`: it takes a whole transaction back, which is done once. */
export const Entry = LedgerEntry.extend({ reversesWhole: z.boolean(), version: z.int().positive() });
export type Entry = z.infer<typeof Entry>;

type Reversed = { code: string; currency: string; postings: EntryPosting[] };
export type EntryRequest = { entry: Entry } | { refusal: 'illegal-reversal'; detail: string };

/** The requested entry. `reversed`: the transaction that it names, if it exists. */
export function entryOf(content: EntryContent, reversed: Reversed | undefined, by: string, now: number): EntryRequest {
  const { entryId, date, text, currency, reverses } = content;
  if (reverses !== undefined && !reversed) {
    return { refusal: 'illegal-reversal', detail: `There is no transaction ${reverses}.` };
  }
  if (reversed && reversed.currency !== currency) {
    return { refusal: 'illegal-reversal', detail: `The transaction ${reversed.code} is in ${reversed.currency}.` };
  }
  const taken = reversed?.postings.map(({ account, amountMinor }) => ({ account, amountMinor: -amountMinor }));
  return {
    entry: {
      entryId,
      status: 'pending-approval',
      date,
      text,
      currency,
      postings: content.postings ?? taken ?? [],
      ...(reverses !== undefined && { reverses }),
      reversesWhole: content.postings === undefined,
      requestedBy: by,
      requestedAt: new Date(now).toISOString(),
      version: 1,
    },
  };
}

/** Whether a repeated request has the content of the first one. */
export const isSameRequest = (a: Entry, b: Entry): boolean => {
  const contentOf = ({ date, text, currency, postings, reverses, requestedBy }: Entry) =>
    JSON.stringify([date, text, currency, postings, reverses, requestedBy]);
  return contentOf(a) === contentOf(b);
};

export type EntryDecision =
  { kind: 'approve' | 'reject'; entry: Entry } | { kind: 'already-done' | 'own-entry' | 'illegal' };

/** Who requested an entry cannot approve it, but can reject it. */
export function decideOnEntry(
  entry: Entry,
  { decision, comment, by }: { decision: 'approve' | 'reject'; comment?: string | undefined; by: string },
  now: number,
): EntryDecision {
  const status = decision === 'approve' ? 'approved' : 'rejected';
  if (entry.status === status && entry.decidedBy === by) return { kind: 'already-done' };
  if (entry.status !== 'pending-approval') return { kind: 'illegal' };
  if (decision === 'approve' && entry.requestedBy === by) return { kind: 'own-entry' };
  const decided = { status, decidedBy: by, decidedAt: new Date(now).toISOString() } as const;
  return { kind: decision, entry: { ...entry, ...decided, ...(comment !== undefined && { comment }) } };
}

export const entryBody = ({ version: _version, reversesWhole: _whole, ...shown }: Entry): LedgerEntry => shown;

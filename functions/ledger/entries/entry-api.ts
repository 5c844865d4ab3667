import type * as routes from '../../../shared/contracts/ledger/entry-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { JournalStore } from '../posting/journal-store.ts';
import { decideOnEntry, entryBody, entryOf, isSameRequest } from './entry.ts';
import type { EntryStore } from './entry-store.ts';

type Deps = {
  entries: EntryStore;
  journal: Pick<JournalStore, 'ofEvent'>;
  businessDay: (instantMs: number) => string;
};

const retryBudgetMs = 4000;
const personOf = ({ subject, clientId }: { subject: string; clientId: string }) => subject || clientId;
const unknown = (entryId: string) => problem(404, 'not-found', `There is no entry ${entryId}.`);
const reversedBefore = (code: string) =>
  problem(409, 'already-reversed', `The transaction ${code} is reversed by another entry.`);

/** Entries of two persons: one requests, another approves. */
export const entryApi = ({ entries, journal, businessDay }: Deps) => ({
  request: async ({ body, caller, cause }: Request<typeof routes.postEntry>): Promise<HttpResponse> => {
    if (body.date > businessDay(cause.now)) {
      return problem(422, 'invalid-content', 'The entry is not valid.', {
        errors: [{ pointer: '/date', detail: 'The day is in the future' }],
      });
    }
    const { reverses } = body;
    const found = reverses === undefined ? [] : await journal.ofEvent(reverses.split('~')[0] ?? reverses);
    const reversed = found.find(({ code }) => code === reverses);
    const requested = entryOf(body, reversed, personOf(caller), cause.now);
    if ('refusal' in requested) return problem(409, requested.refusal, requested.detail);
    const { entry } = requested;
    return retryOnConflict(retryBudgetMs, async () => {
      const earlier = await entries.find(entry.entryId);
      if (earlier) {
        if (isSameRequest(earlier, entry)) return { status: 200, body: entryBody(earlier) };
        return problem(409, 'entry-conflict', `The entry ${entry.entryId} was requested with another content.`);
      }
      if (reverses !== undefined && entry.reversesWhole && (await entries.isReversed(reverses))) {
        return reversedBefore(reverses);
      }
      return (await entries.request(entry)) === 'done' ? { status: 201, body: entryBody(entry) } : undefined;
    });
  },

  pending: async (): Promise<HttpResponse> => {
    return { status: 200, body: { entries: (await entries.pending()).map(entryBody) } };
  },

  get: async ({ params: { entryId } }: Request<typeof routes.getEntry>): Promise<HttpResponse> => {
    const entry = await entries.find(entryId);
    return entry ? { status: 200, body: entryBody(entry) } : unknown(entryId);
  },

  decide: ({ params, body, caller, cause }: Request<typeof routes.decideEntry>): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const entry = await entries.find(params.entryId);
      if (!entry) return unknown(params.entryId);
      const decision = decideOnEntry(entry, { ...body, by: personOf(caller) }, cause.now);
      switch (decision.kind) {
        case 'already-done':
          return { status: 200, body: entryBody(entry) };
        case 'own-entry':
          return problem(403, 'own-entry', 'Another person must approve the entry.');
        case 'illegal':
          return problem(409, 'illegal-transition', `The entry is ${entry.status}.`, { currentStatus: entry.status });
        case 'reject':
          return (await entries.reject(decision.entry)) === 'done'
            ? { status: 200, body: entryBody(decision.entry) }
            : undefined;
        case 'approve': {
          const { reverses, reversesWhole } = entry;
          if (reverses !== undefined && reversesWhole && (await entries.isReversed(reverses))) {
            return reversedBefore(reverses);
          }
          const approved = await entries.approve(decision.entry, cause);
          return approved === 'version-conflict' ? undefined : { status: 200, body: entryBody(approved) };
        }
        default:
          return decision satisfies never;
      }
    }),
});

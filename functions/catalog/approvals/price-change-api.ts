import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import type * as routes from '../../../shared/contracts/catalog/price-change-routes.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import type { Action } from '../../../shared/dynamodb/database.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { priceChangeIdOf } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Approval } from '../../../shared/catalog/price-history.ts';
import type { RequestApproval } from '../skus/sku-api.ts';
import { changeBody, decideOnChange, type PriceChange } from './price-change.ts';
import { changeKeyPattern, type PriceChangeStore } from './price-change-store.ts';

const retryBudgetMs = 4000;
const msPerHour = 3_600_000;
const unknownChange = problem(404, 'not-found', 'There is no such change of prices.');

/** The entity tag of what a change changes, and the PUT that applies it with further actions in its transaction. */
export type Targets = {
  tagOf: (change: Pick<PriceChange, 'sku' | 'listId'>, now: number) => Promise<string>;
  apply: (
    change: PriceChange,
    given: { cause: Cause; approval: Approval; actions: Action[] },
  ) => Promise<{ response: HttpResponse; isWritten: boolean }>;
};

/** Makes a price below the margin wait for a second person. A repeated request is the same change. */
export const requestApproval =
  (store: PriceChangeStore, { changeExpiresHours }: PriceGuard): RequestApproval =>
  ({ sku, listId, content, base, minPriceMinor }, by, cause) =>
    retryOnConflict(retryBudgetMs, async () => {
      const changeId = priceChangeIdOf(by, { sku, listId, content, base });
      const earlier = await store.find(changeId);
      const accepted = (change: PriceChange): HttpResponse => ({
        status: 202,
        headers: { location: `/catalog/price-changes/${changeId}` },
        body: changeBody(change, base, cause.now),
      });
      if (earlier?.status === 'pending-approval' && cause.now < Date.parse(earlier.expiresAt)) return accepted(earlier);
      const change: PriceChange = {
        changeId,
        sku,
        listId,
        content,
        base,
        minPriceMinor,
        status: 'pending-approval',
        requestedBy: by,
        requestedAt: new Date(cause.now).toISOString(),
        expiresAt: new Date(cause.now + changeExpiresHours * msPerHour).toISOString(),
        version: (earlier?.version ?? 0) + 1,
      };
      return (await store.request(change, cause)) === 'done' ? accepted(change) : undefined;
    });

/** The routes of requested prices. */
export const priceChangeApi = (store: PriceChangeStore, targets: Targets, cursors: Cursors) => ({
  list: async ({ query, caller, cause }: Request<typeof routes.listPriceChanges>): Promise<HttpResponse> => {
    const list = { list: 'price-changes', caller: caller.clientId };
    const start = await cursors.startAfter(query.cursor, list, changeKeyPattern);
    if ('refusal' in start) return start.refusal;
    const { items, last } = await store.list(start.after, query.limit);
    const changes = await Promise.all(
      items.map(async (change) => changeBody(change, await targets.tagOf(change, cause.now), cause.now)),
    );
    return { status: 200, body: { changes, ...(last !== undefined && { cursor: await cursors.of(list, last) }) } };
  },

  get: async ({ params, cause }: Request<typeof routes.getPriceChange>): Promise<HttpResponse> => {
    const change = await store.find(params.changeId);
    if (!change) return unknownChange;
    return { status: 200, body: changeBody(change, await targets.tagOf(change, cause.now), cause.now) };
  },

  decide: ({ params, body, caller, cause }: Request<typeof routes.decidePriceChange>): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const change = await store.find(params.changeId);
      if (!change) return unknownChange;
      const tag = await targets.tagOf(change, cause.now);
      const by = caller.subject || caller.clientId;
      const decision = decideOnChange(change, { ...body, by }, tag, cause.now);
      const done = (of: PriceChange): HttpResponse => ({ status: 200, body: changeBody(of, tag, cause.now) });
      switch (decision.kind) {
        case 'already-done':
          return { ...done(change), headers: { 'idempotent-replayed': 'true' } };
        case 'illegal':
          return problem(409, 'illegal-transition', `A change that is ${decision.status} cannot be decided.`, {
            currentStatus: decision.status,
          });
        case 'own-change':
          return problem(403, decision.kind, 'Another person must approve the price.');
        case 'reject':
          return (await store.reject(decision.change, by, cause)) === 'done' ? done(decision.change) : undefined;
        case 'approve': {
          const approval = { requestedBy: change.requestedBy, approvedBy: by };
          const actions = [store.putAction(decision.change)];
          const { response, isWritten } = await targets.apply(change, { cause, approval, actions });
          if (isWritten) return done(decision.change);
          // The catalogue has the prices already, or they cannot be set any more.
          if (response.status >= 400) return response.status === 412 ? undefined : response;
          return (await store.put(decision.change)) === 'done' ? done(decision.change) : undefined;
        }
        default:
          return decision satisfies never;
      }
    }),
});

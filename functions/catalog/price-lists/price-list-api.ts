import { channelAccessOf } from '../../../shared/access/channel-access.ts';
import type { StoredPriceList } from '../../../shared/catalog/price-list-snapshot.ts';
import type * as routes from '../../../shared/contracts/catalog/price-list-routes.ts';
import { etagOf } from '../../../shared/contracts/entity-tag.ts';
import { timeRangeOf } from '../../../shared/contracts/list-query.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { channelNames, type Channels } from '../../../shared/store.ts';
import { appliesIn } from '../skus/visibility.ts';
import { decide, maxPriceLists, tagged } from './decide.ts';
import type { PriceListStore } from './price-list-store.ts';

/** All price lists are one item: concurrent changes of any of them are decided one after the other. */
const defaultRetryBudgetMs = 8000;
const idPattern = /^[A-Za-z0-9._~-]{1,128}$/;

const unknownPriceList = problem(404, 'unknown-price-list', 'The store has no such price list.');
const preconditionFailed = problem(412, 'precondition-failed', 'The list has another version than If-Match names.');
const tooMany = problem(
  422,
  'too-many-price-lists',
  `The store has room for ${maxPriceLists} price lists, or fewer with many channels and groups. Use lists that ended again.`,
);

const responseOf = (status: 200 | 201, list: StoredPriceList): HttpResponse => ({
  status,
  headers: { etag: etagOf(tagged(list)) },
  body: list,
});

export const putPriceList =
  (store: PriceListStore, channels: Channels, retryBudgetMs = defaultRetryBudgetMs) =>
  ({ params, headers, body, cause }: Request<typeof routes.putPriceList>): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const stored = await store.read();
      const names = channelNames(channels);
      const now = Math.max(cause.now, ...stored.lists.map(({ changedAt }) => Date.parse(changedAt)));
      const context = { lists: stored.lists, channels: names, now };
      const decision = decide(params.listId, body, headers['if-match'], context);
      switch (decision.kind) {
        case 'unchanged':
          return responseOf(200, decision.current);
        case 'precondition-failed':
          return preconditionFailed;
        case 'invalid':
          return invalidContent(decision.errors);
        case 'too-many':
          return tooMany;
        case 'create':
        case 'replace': {
          const outcome = await store.write(decision.next, stored, cause);
          if (outcome === 'too-large') return tooMany;
          return outcome === 'done' ? responseOf(decision.kind === 'create' ? 201 : 200, decision.next) : undefined;
        }
        default:
          return decision satisfies never;
      }
    });

export const getPriceList =
  (store: Pick<PriceListStore, 'read'>, channels: Channels) =>
  async ({ params, caller }: Request<typeof routes.getPriceList>): Promise<HttpResponse> => {
    const { onlyChannel } = channelAccessOf(caller.clientId, channels);
    const list = (await store.read()).lists.find(({ listId }) => listId === params.listId);
    return list && appliesIn(list, onlyChannel) ? responseOf(200, list) : unknownPriceList;
  };

/** Serves a page of the price lists. `timeZone` is the IANA zone of the business days. */
export const listPriceLists =
  (store: Pick<PriceListStore, 'read'>, cursors: Cursors, timeZone: string, channels: Channels) =>
  async ({ query, caller }: Request<typeof routes.listPriceLists>): Promise<HttpResponse> => {
    const { limit, cursor, currency, changedSince } = query;
    const list = { list: 'price-lists', currency, changedSince, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, idPattern);
    if ('refusal' in start) return start.refusal;
    const { after } = start;
    const since = timeRangeOf({ from: changedSince }, timeZone)?.from;
    const { onlyChannel } = channelAccessOf(caller.clientId, channels);
    const listed = (await store.read()).lists
      .filter(
        (list) =>
          appliesIn(list, onlyChannel) &&
          (currency === undefined || list.currency === currency) &&
          (since === undefined || list.changedAt >= since) &&
          (after === undefined || list.listId > after),
      )
      .toSorted((a, b) => (a.listId < b.listId ? -1 : 1));
    const page = listed.slice(0, limit);
    const last = listed.length > limit ? page.at(-1) : undefined;
    return {
      status: 200,
      body: { priceLists: page, ...(last && { cursor: await cursors.of(list, last.listId) }) },
    };
  };

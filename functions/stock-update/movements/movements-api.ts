import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import * as routes from '../../../shared/contracts/stock/routes.ts';
import { cursorOf, positionOf } from '../../../shared/dynamodb/cursor.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { applyMovements, type Limits } from '../stock/apply-movements.ts';
import { inTransitResponse, stockResponse, unknownSku } from '../stock/responses.ts';
import type { StockStore } from '../stock/store.ts';

const eventIdPattern = /^[0-9A-Z]{26}$/;

const tooManyMovements = problem(
  413,
  'too-many-movements',
  `A request has at most ${routes.maxMovements} movements. Send several requests.`,
);
const invalidCursor = problem(400, 'invalid-cursor', 'The cursor does not belong to this query.');

export const postMovements =
  (store: StockStore, limits?: Limits) =>
  async ({ body: { movements }, cause }: Request<typeof routes.postMovements>): Promise<HttpResponse> => {
    if (movements.length > routes.maxMovements) return tooManyMovements;
    return { status: 200, body: { results: await applyMovements(store, movements, cause, limits) } };
  };

export const getStock =
  (store: StockStore) =>
  async ({ params: { sku } }: Request<typeof routes.getStock>): Promise<HttpResponse> => {
    const [{ isInCatalogue, stock }, transits] = await Promise.all([store.stock(sku), store.transits(sku)]);
    if (!isInCatalogue) return unknownSku;
    return { status: 200, body: { ...stockResponse(sku, stock), inTransit: inTransitResponse(transits) } };
  };

export const getMovements =
  (store: StockStore) =>
  async ({ params: { sku }, query }: Request<typeof routes.getMovements>): Promise<HttpResponse> => {
    const { limit, cursor } = query;
    const after = cursor === undefined ? undefined : positionOf(cursor, { sku }, eventIdPattern);
    if (cursor !== undefined && after === undefined) return invalidCursor;
    if (!(await store.stock(sku)).isInCatalogue) return unknownSku;
    // One more than requested shows whether there is another page.
    const entries = await store.ledger(sku, after, limit + 1);
    const page = entries.slice(0, limit);
    const last = entries.length > limit ? page.at(-1) : undefined;
    return {
      status: 200,
      body: {
        movements: page.map(({ metadata, data }) => Object.assign(data, { actor: metadata.actor })),
        ...(last && { cursor: cursorOf({ sku }, last.metadata.eventId) }),
      },
    };
  };

import { openDatabase } from '../../shared/dynamodb/database.ts';
import { problem, type HttpResponse } from '../../shared/contracts/problem.ts';
import { contentHash } from '../../shared/ids.ts';
import * as routes from '../../shared/contracts/stock/routes.ts';
import { getStockRepair, postStockRepair } from '../../shared/contracts/stock/repair-routes.ts';
import { httpHandler, on, type Request } from '../../shared/lambda/http-handler.ts';
import { cursorOf, positionOf } from '../../shared/dynamodb/cursor.ts';
import { businessDays } from '../../shared/business-day.ts';
import { inTransitAnswer, stockAnswer } from './answers.ts';
import { type AlertStore, createAlertStore } from './alert-store.ts';
import { Env } from './env.ts';
import { firstExpiredFirst, isExpired, suggestLots } from './lots.ts';
import { postAll } from './post.ts';
import { requestRepair, showRepair } from './repair-api.ts';
import { createRepairStore } from './repair-store.ts';
import { createStockStore, type StockStore } from './store.ts';

const eventIdPattern = /^[0-9A-Z]{26}$/;

const tooMany = problem(
  413,
  'too-many-movements',
  `One body has at most ${routes.maxMovements} movements: send several.`,
);
const unknownSku = problem(404, 'unknown-sku', 'The catalogue has no such SKU.');
const badCursor = problem(400, 'invalid-cursor', 'The cursor is not one of this query.');

export const postMovements =
  (store: StockStore) =>
  async ({ body: { movements }, cause }: Request<typeof routes.postMovements>): Promise<HttpResponse> => {
    if (movements.length > routes.maxMovements) return tooMany;
    return { status: 200, body: { results: await postAll(store, movements, cause) } };
  };

export const getStock =
  (store: StockStore) =>
  async ({ params: { sku } }: Request<typeof routes.getStock>): Promise<HttpResponse> => {
    const [{ isInCatalogue, stock }, transits] = await Promise.all([store.stock(sku), store.transits(sku)]);
    if (!isInCatalogue) return unknownSku;
    return { status: 200, body: { ...stockAnswer(sku, stock), inTransit: inTransitAnswer(transits) } };
  };

export const getLots =
  (store: StockStore, timeZone: string) =>
  async ({ params: { sku }, query, cause }: Request<typeof routes.getLots>): Promise<HttpResponse> => {
    const [{ isInCatalogue }, lots] = await Promise.all([store.stock(sku), store.lots(sku)]);
    if (!isInCatalogue) return unknownSku;
    const { warehouse: only, units: wanted = 0 } = query;
    const asked = lots.filter(({ warehouse }) => only === undefined || warehouse === only).toSorted(firstExpiredFirst);
    const today = businessDays(timeZone)(cause.now);
    const shown = asked.map(({ warehouse, lot, units, unavailable = 0, expiresOn }) => ({
      warehouse,
      lot,
      units,
      unavailable,
      expiresOn,
      isExpired: isExpired({ expiresOn }, today),
    }));
    return { status: 200, body: { sku, lots: shown, ...suggestLots(asked, wanted, today) } };
  };

export const getMovements =
  (store: StockStore) =>
  async ({ params: { sku }, query }: Request<typeof routes.getMovements>): Promise<HttpResponse> => {
    const { limit, cursor } = query;
    const after = cursor === undefined ? undefined : positionOf(cursor, { sku }, eventIdPattern);
    if (cursor !== undefined && after === undefined) return badCursor;
    if (!(await store.stock(sku)).isInCatalogue) return unknownSku;
    // One more than asked tells whether there is another page.
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

export const putAlertLevels =
  (store: StockStore, alerts: AlertStore) =>
  async ({ params: { sku }, body, cause }: Request<typeof routes.putAlertLevels>): Promise<HttpResponse> => {
    const { isInCatalogue, stock } = await store.stock(sku);
    if (!isInCatalogue) return unknownSku;
    // The same again is no change, and tells nobody.
    if (contentHash(stock?.levels ?? null) !== contentHash(body)) await alerts.setLevels(sku, body, cause);
    return { status: 200, body };
  };

const env = Env.parse(process.env);
const database = openDatabase();
const store = createStockStore(database, env);
const alerts = createAlertStore(database, env);
const repairs = createRepairStore(database, env);
export const handler = httpHandler(
  on(routes.postMovements, postMovements(store)),
  on(routes.getStock, getStock(store)),
  on(routes.getMovements, getMovements(store)),
  on(routes.putAlertLevels, putAlertLevels(store, alerts)),
  on(routes.getLots, getLots(store, env.TIME_ZONE)),
  on(postStockRepair, requestRepair(repairs)),
  on(getStockRepair, showRepair(repairs)),
);

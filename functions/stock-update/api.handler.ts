import { openDatabase } from '../../shared/database.ts';
import { problem, type Reply } from '../../shared/http/problem.ts';
import * as routes from '../../shared/http/stock.ts';
import { httpHandler, on, type Request } from '../../shared/lambda/http-handler.ts';
import { cursorOf, positionOf } from '../../shared/paging.ts';
import { stockAnswer } from './decide.ts';
import { Env } from './env.ts';
import { postAll } from './post.ts';
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
  async ({ body: { movements }, cause }: Request<typeof routes.postMovements>): Promise<Reply> => {
    if (movements.length > routes.maxMovements) return tooMany;
    return { status: 200, body: { results: await postAll(store, movements, cause) } };
  };

export const getStock =
  (store: StockStore) =>
  async ({ params: { sku } }: Request<typeof routes.getStock>): Promise<Reply> => {
    const { catalogue, stock } = await store.read([sku], []);
    return catalogue.has(sku) ? { status: 200, body: stockAnswer(sku, stock.get(sku)) } : unknownSku;
  };

export const getMovements =
  (store: StockStore) =>
  async ({ params: { sku }, query }: Request<typeof routes.getMovements>): Promise<Reply> => {
    const { limit, cursor } = query;
    const after = cursor === undefined ? undefined : positionOf(cursor, { sku }, eventIdPattern);
    if (cursor !== undefined && after === undefined) return badCursor;
    if (!(await store.read([sku], [])).catalogue.has(sku)) return unknownSku;
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

const store = createStockStore(openDatabase(), Env.parse(process.env));
export const handler = httpHandler(
  on(routes.postMovements, postMovements(store)),
  on(routes.getStock, getStock(store)),
  on(routes.getMovements, getMovements(store)),
);

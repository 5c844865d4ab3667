import { emptyRange, timeRangeOf } from '../../../shared/contracts/list-query.ts';
import { type FieldError, type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import * as routes from '../../../shared/contracts/stock/routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { collectPage, type KeySource } from '../../../shared/dynamodb/list-page.ts';
import { recordedAt } from '../../../shared/dynamodb/outbox.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { WarehouseCodes } from '../../../shared/store.ts';
import { unknownWarehouseFilter } from '../../../shared/reference-data/unknown-warehouse.ts';
import { applyMovements, type Limits } from '../stock/apply-movements.ts';
import { type MovementSettings, unknownName } from '../stock/movement-settings.ts';
import { inTransitResponse, stockResponse, unknownSku } from '../stock/responses.ts';
import type { StockStore } from '../stock/store.ts';

const eventIdPattern = /^[0-9A-Z]{26}$/;

type LedgerEvent = Awaited<ReturnType<StockStore['ledger']>>[number];

const tooManyMovements = problem(
  413,
  'too-many-movements',
  `A request has at most ${routes.maxMovements} movements. Send several requests.`,
);

export const postMovements =
  (store: StockStore, settings: MovementSettings, limits?: Limits) =>
  async ({ body: { movements }, cause }: Request<typeof routes.postMovements>): Promise<HttpResponse> => {
    if (movements.length > routes.maxMovements) return tooManyMovements;
    const errors = movements.flatMap((movement, index): FieldError[] => {
      const unknown = unknownName(movement, settings);
      return unknown ? [{ pointer: `/movements/${index}/${unknown.field}`, detail: unknown.detail }] : [];
    });
    if (errors.length > 0) return invalidContent(errors);
    return { status: 200, body: { results: await applyMovements(store, movements, cause, limits) } };
  };

export const getStock =
  (store: StockStore) =>
  async ({ params: { sku } }: Request<typeof routes.getStock>): Promise<HttpResponse> => {
    const [{ isInCatalogue, stock }, transits] = await Promise.all([store.stock(sku), store.transits(sku)]);
    if (!isInCatalogue) return unknownSku;
    return { status: 200, body: { ...stockResponse(sku, stock), inTransit: inTransitResponse(transits) } };
  };

type ListStores = { store: StockStore; cursors: Cursors };

/** Serves a page of the ledger, by time of recording, the newest first. `timeZone` is the IANA zone of the business days. */
export const getMovements =
  ({ store, cursors }: ListStores, timeZone: string, warehouses: WarehouseCodes) =>
  async ({ params: { sku }, query, caller }: Request<typeof routes.getMovements>): Promise<HttpResponse> => {
    const { limit, cursor, ...filters } = query;
    const unknown = unknownWarehouseFilter(filters.warehouse, warehouses);
    if (unknown) return unknown;
    const list = { list: 'movements', sku, ...filters, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, eventIdPattern);
    if ('refusal' in start) return start.refusal;
    const { after: position } = start;
    const range = timeRangeOf(filters, timeZone);
    if (!range) return emptyRange;
    if (!(await store.stock(sku)).isInCatalogue) return unknownSku;

    const { type, warehouse } = filters;
    const isListed = ({ data }: LedgerEvent) =>
      (type === undefined || type.includes(data.type)) && (warehouse === undefined || data.warehouse === warehouse);
    const read = new Map<string, LedgerEvent>();
    const recorded = { from: timeOf(range.from), before: timeOf(range.before) };
    const source: KeySource = async (after, count) => {
      // One more than requested shows whether there is another page.
      const events = await store.ledger(sku, after, count + 1, recorded);
      const keys = events.slice(0, count).map(({ metadata }) => metadata.eventId);
      for (const event of events) if (isListed(event)) read.set(event.metadata.eventId, event);
      return { keys, next: events.length > count ? keys.at(-1) : undefined };
    };
    const isFiltered = type !== undefined || warehouse !== undefined;
    const { entries, last } = await collectPage(source, async () => read, { limit, after: position, isFiltered });
    return {
      status: 200,
      body: {
        movements: entries.map(ledgerEntry),
        ...(last !== undefined && { cursor: await cursors.of(list, last) }),
      },
    };
  };

const timeOf = (instant: string | undefined) => (instant === undefined ? undefined : Date.parse(instant));
const ledgerEntry = ({ metadata, data }: LedgerEvent) => ({
  ...data,
  actor: metadata.actor,
  recordedAt: new Date(recordedAt(metadata.eventId)).toISOString(),
});

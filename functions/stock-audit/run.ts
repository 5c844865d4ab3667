import type { EventOf } from '../../shared/events/define-event.ts';
import type { StockAuditRequested } from '../../shared/events/stock-audit.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { StockItem } from '../../shared/stock/stock-item.ts';
import type { Books } from './books.ts';
import { confirmed, type Difference, differencesOf, type Ledger, type OpenUnits } from './decide.ts';
import type { DifferenceList } from './difference-list.ts';
import type { AuditStore } from './store.ts';

const skusAtOnce = 16;
const snapshotTries = 5;

type Tools = { store: AuditStore; books: Books; list: DifferenceList; clock: () => number };

/**
 * Compares all stock with ledger and open orders, lists what differs in S3, and records the result with its event.
 * Another delivery of the same request finds the result; one that comes while it runs writes the same again.
 */
export const runAudit =
  ({ store, books, list, clock }: Tools) =>
  async ({ detail: { data, metadata } }: EventOf<typeof StockAuditRequested>): Promise<void> => {
    const { auditId } = data;
    if ((await store.audit(auditId))?.status === 'completed') return;
    const { skus, differences } = await audit(books);
    const file = await list.put(auditId, differences);
    const { actor, correlationId, eventId: causationId } = metadata;
    await store.complete(
      { auditId, skus, differences: differences.length, file },
      { actor, correlationId, causationId, now: clock() },
    );
  };

/** Looks a second time at what seems to differ: orders go on while the audit reads. */
async function audit(books: Books): Promise<{ skus: number; differences: Difference[] }> {
  let skus = 0;
  const suspects: Difference[] = [];
  const open = await books.openUnits();
  for await (const page of books.skus()) {
    skus += page.length;
    suspects.push(...(await compare(books, page, open)));
  }
  if (suspects.length === 0) return { skus, differences: [] };
  const again = [...new Set(suspects.map(({ sku }) => sku))];
  return { skus, differences: confirmed(suspects, await compare(books, again, await books.openUnits())) };
}

const compare = async (books: Books, skus: readonly string[], open: OpenUnits): Promise<Difference[]> =>
  (
    await inParallel(skusAtOnce, skus, async (sku) => {
      const { stock, ledger } = await snapshot(books, sku);
      return differencesOf(stock, ledger, open);
    })
  ).flat();

/** Stock and ledger of one moment: read again when a movement came between. The last try is for the second look. */
async function snapshot(books: Books, sku: string): Promise<{ stock: StockItem; ledger: Ledger }> {
  for (let tries = 1; ; tries += 1) {
    const before = await books.stock(sku);
    const ledger = await books.ledger(sku);
    const stock = await books.stock(sku);
    if (tries === snapshotTries || moves(before) === moves(stock)) return { stock, ledger };
  }
}

/** The part of the stock that movements change. */
const moves = ({ warehouses }: StockItem): string =>
  Object.entries(warehouses)
    .map(([name, { onHand, unavailable }]) => `${name} ${onHand} ${unavailable}`)
    .toSorted()
    .join();

import type { EventOf } from '../../shared/events/define-event.ts';
import type { StockAuditRequested } from '../../shared/events/stock-audit.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { Books } from '../../shared/stock/books.ts';
import { confirmed, type Difference, differencesOf, type OpenUnits } from '../../shared/stock/differences.ts';
import type { DifferenceList } from './difference-list.ts';
import type { AuditStore } from './store.ts';

const skusAtOnce = 16;

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
      const { found, sums } = await books.snapshot(sku);
      return differencesOf(found, sums, open);
    })
  ).flat();

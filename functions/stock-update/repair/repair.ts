import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause, EventOf } from '../../../shared/contracts/define-event.ts';
import type { StockRepairRequested } from '../../../shared/contracts/stock/repair-events.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { ReconciliationStore } from '../../../shared/stock/reconciliation-store.ts';
import { type Difference, differencesOf, type ReservedUnits } from '../../../shared/stock/differences.ts';
import type { RepairFiles } from './repair-file-store.ts';
import { type RepairOutcome, planRepair } from './repair-plan.ts';
import type { RepairStore } from './repair-store.ts';

const parallelSkus = 8;
/** Attempts for a SKU that orders change while it is read. */
const maxAttempts = 4;
const writeRetryBudgetMs = 20_000;

type Tools = {
  store: RepairStore;
  reconciliation: Pick<ReconciliationStore, 'snapshot' | 'unitsReservedByOrders'>;
  files: RepairFiles;
  clock: () => number;
};
type Request = EventOf<typeof StockRepairRequested>['detail']['data'];
/** Differences that the audit listed, by SKU. */
type ListedDifferences = Map<string, Difference[]>;

/**
 * Corrects the counters that an audit listed if they still differ by the same amount, and records the outcomes in S3 and
 * with an event. SKUs that an earlier delivery of the request repaired are stored with the request.
 */
export const runRepair =
  (tools: Tools) =>
  async ({ detail: { data, metadata } }: EventOf<typeof StockRepairRequested>): Promise<void> => {
    const { store, files, clock } = tools;
    const { auditId, repairId, reason, skus } = data;
    if ((await store.find(data))?.status === 'completed') return;
    const { actor, correlationId, eventId: causationId } = metadata;
    const cause = { actor, correlationId, causationId, now: clock() };
    const differences = await files.differences(auditId);
    const listed = Map.groupBy(
      differences.filter(({ sku }) => !skus || skus.includes(sku)),
      ({ sku }) => sku,
    );
    const outcomes = await repairAll(tools, data, listed, cause);
    const file = await files.put(auditId, repairId, outcomes);
    const count = (wanted: RepairOutcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted).length;
    const counts = { repaired: count('repaired'), alreadyRight: count('already-right'), movedOn: count('moved-on') };
    await store.complete({ auditId, repairId, reason }, { ...counts, file }, { ...cause, now: clock() });
  };

/**
 * Outcomes by SKU and warehouse. SKUs with a version conflict are retried. Repaired SKUs are read from the store, because a
 * concurrent delivery of the request may have repaired them.
 */
async function repairAll(
  tools: Tools,
  request: Request,
  listed: ListedDifferences,
  cause: Cause,
): Promise<RepairOutcome[]> {
  const done = new Set((await tools.store.repaired(request)).map(({ sku }) => sku));
  const unrepaired: RepairOutcome[] = [];
  let remaining: ListedDifferences = new Map([...listed].filter(([sku]) => !done.has(sku)));
  for (let attempt = 1; attempt <= maxAttempts && remaining.size > 0; attempt += 1) {
    const { completed, conflicting } = await repairOnce(tools, request, remaining, cause);
    unrepaired.push(...completed.filter(({ outcome }) => outcome !== 'repaired'));
    remaining = conflicting;
  }
  unrepaired.push(...[...remaining.values()].flat().map(movedOn));
  const outcomes = [...unrepaired, ...(await tools.store.repaired(request))];
  const byLocation = new Map(outcomes.map((outcome) => [`${outcome.sku} ${outcome.warehouse}`, outcome]));
  return [...byLocation].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, outcome]) => outcome);
}

const movedOn = ({ sku, warehouse }: Difference): RepairOutcome => ({
  sku,
  warehouse,
  outcome: 'moved-on',
  corrections: {},
});

/** Reads stock before orders. The write fails if an order reserved or released units since. */
async function repairOnce({ store, reconciliation }: Tools, request: Request, listed: ListedDifferences, cause: Cause) {
  const snapshots = await inParallel(parallelSkus, [...listed], async ([sku, differences]) => ({
    differences,
    snapshot: await reconciliation.snapshot(sku),
  }));
  const isReservedListed = [...listed.values()].flat().some(({ counter }) => counter === 'reserved');
  const reserved: ReservedUnits = isReservedListed ? await reconciliation.unitsReservedByOrders() : new Map();
  const completed: RepairOutcome[] = [];
  const conflicting: ListedDifferences = new Map();
  await inParallel(parallelSkus, snapshots, async ({ differences, snapshot: { stock, ledgerSums } }) => {
    const { plan, outcomes } = planRepair(stock, differences, differencesOf(stock, ledgerSums, reserved));
    const repaired = outcomes.filter(({ outcome }) => outcome === 'repaired');
    const write = () => (plan ? store.apply(request, plan, repaired, cause) : Promise.resolve('done' as const));
    const result = await retryOnConflict(writeRetryBudgetMs, write);
    if (result === 'version-conflict') conflicting.set(stock.sku, differences);
    else completed.push(...outcomes);
  });
  return { completed, conflicting };
}

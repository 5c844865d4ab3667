import { retryOnConflict } from '../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause, EventOf } from '../../shared/contracts/define-event.ts';
import type { StockRepairRequested } from '../../shared/contracts/stock/repair-events.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { Books } from '../../shared/stock/books.ts';
import { type Difference, differencesOf, type OpenUnits } from '../../shared/stock/differences.ts';
import type { RepairFiles } from './repair-files.ts';
import { type RepairOutcome, repairOf } from './repair-plan.ts';
import type { RepairStore } from './repair-store.ts';

const skusAtOnce = 8;
/** For a SKU that changes while its books are read; orders of a SKU in great demand may be faster each time. */
const rounds = 4;
const writePatienceMs = 20_000;

type Tools = {
  store: RepairStore;
  books: Pick<Books, 'snapshot' | 'openUnits'>;
  files: RepairFiles;
  clock: () => number;
};
type Request = EventOf<typeof StockRepairRequested>['detail']['data'];
/** Listed differences by SKU. */
type Listed = Map<string, Difference[]>;

/**
 * Sets right what an audit found, as far as it is still so, and records what became of it, in S3 and with its event.
 * What an earlier delivery of the same request repaired is found beside the request.
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
 * What became of each warehouse that is listed. SKUs that changed meanwhile are looked at again. What was repaired says
 * the store alone: another delivery of the request may have been faster.
 */
async function repairAll(tools: Tools, request: Request, listed: Listed, cause: Cause): Promise<RepairOutcome[]> {
  const done = new Set((await tools.store.repaired(request)).map(({ sku }) => sku));
  const unrepaired: RepairOutcome[] = [];
  let left: Listed = new Map([...listed].filter(([sku]) => !done.has(sku)));
  for (let round = 1; round <= rounds && left.size > 0; round += 1) {
    const { settled, lost } = await repairSome(tools, request, left, cause);
    unrepaired.push(...settled.filter(({ outcome }) => outcome !== 'repaired'));
    left = lost;
  }
  unrepaired.push(...[...left.values()].flat().map(movedOn));
  const outcomes = [...unrepaired, ...(await tools.store.repaired(request))];
  const byPlace = new Map(outcomes.map((outcome) => [`${outcome.sku} ${outcome.warehouse}`, outcome]));
  return [...byPlace].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, outcome]) => outcome);
}

const movedOn = ({ sku, warehouse }: Difference): RepairOutcome => ({
  sku,
  warehouse,
  outcome: 'moved-on',
  corrections: {},
});

/** Reads stock first and orders after it: if no order came or went until the write, both are of one moment. */
async function repairSome({ store, books }: Tools, request: Request, listed: Listed, cause: Cause) {
  const snapshots = await inParallel(skusAtOnce, [...listed], async ([sku, differences]) => ({
    differences,
    snapshot: await books.snapshot(sku),
  }));
  const isReservedListed = [...listed.values()].flat().some(({ counter }) => counter === 'reserved');
  const open: OpenUnits = isReservedListed ? await books.openUnits() : new Map();
  const settled: RepairOutcome[] = [];
  const lost: Listed = new Map();
  await inParallel(skusAtOnce, snapshots, async ({ differences, snapshot: { found, sums } }) => {
    const { plan, outcomes } = repairOf(found, differences, differencesOf(found, sums, open));
    const repaired = outcomes.filter(({ outcome }) => outcome === 'repaired');
    const write = () => (plan ? store.apply(request, plan, repaired, cause) : Promise.resolve('done' as const));
    if ((await retryOnConflict(writePatienceMs, write)) === 'version-conflict') lost.set(found.sku, differences);
    else settled.push(...outcomes);
  });
  return { settled, lost };
}

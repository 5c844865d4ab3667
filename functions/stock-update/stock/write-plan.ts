import type { RejectionReason } from '../../../shared/contracts/stock/routes.ts';
import type { StockItem } from '../../../shared/stock/stock-item.ts';
import { countedAsOf, type MovedSinceCount, noMovements, sumMovedSince } from './counts.ts';
import { type Change, decide, emptyWarehouse, type ExpectedField } from './decide.ts';
import { emptySnapshot, type StockSnapshot, transitSortKey } from './snapshot.ts';
import { contentHashOf, type SubmittedMovement } from './submitted-movement.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import { lotSortKey } from '../../../shared/stock/lot.ts';

/** Counters that no movement of a plan may make negative, and that other transactions change concurrently. */
export const guardedCounters = ['available', 'damaged', 'inspection'] as const;
type GuardedCounter = (typeof guardedCounters)[number];

/** Conditions on a warehouse when the plan is written: minimum units per counter, and fields that must be unchanged. */
export type WarehouseConditions = {
  minimums: { [counter in GuardedCounter]: number };
  expectedFields: Set<ExpectedField>;
};

/** Movements of one SKU that are written in one transaction, with the snapshot before and after them. */
export type WritePlan = {
  before: StockSnapshot;
  after: StockSnapshot;
  changes: { change: Change; hash: string }[];
  /** By warehouse; contains each warehouse that the plan changes. */
  conditions: Map<string, WarehouseConditions>;
  /** Whether the plan is valid only if the ledger of the SKU is unchanged. */
  dependsOnLedger: boolean;
};
/** The part of a plan that changes counters. */
export type CounterPlan = Pick<WritePlan, 'conditions' | 'changes'> & {
  before: Pick<StockSnapshot, 'stock'>;
  after: Pick<StockSnapshot, 'stock'>;
};

type Outcome =
  | { movement: SubmittedMovement; status: 'applied' | 'already-applied'; stock: StockItem | undefined }
  | {
      movement: SubmittedMovement;
      status: 'rejected';
      reason: RejectionReason;
      detail?: string;
      stock: StockItem | undefined;
    };

/** What is read before the decision on a list of movements. */
export type MovementState = {
  /** SKUs that the catalogue has. */
  catalogue: Set<string>;
  /** By SKU. */
  snapshots: Map<string, StockSnapshot>;
  /** By movement id. */
  appliedHashes: Map<string, string>;
  /** By movement id, the ids of the messages in which it was finally rejected. */
  rejectedFor: Map<string, ReadonlySet<string>>;
  /** By count of an earlier time; absent if nothing moved since. */
  movedSince: Map<SubmittedMovement, MovedSinceCount | 'too-much'>;
  /** Returns the day before which lots are expired at a time in milliseconds. @default no lot expires */
  cutoff?: (now: number) => string;
};

/**
 * Decides on movements of one SKU in order, each on the snapshot after the previous one. `now` is in milliseconds.
 * The outcomes are valid only if the whole plan is written.
 */
export function planMovements(sku: string, movements: readonly SubmittedMovement[], state: MovementState, now: number) {
  const before = state.snapshots.get(sku) ?? emptySnapshot();
  const plan: WritePlan = { before, after: before, changes: [], conditions: new Map(), dependsOnLedger: false };
  const hashes = new Map(state.appliedHashes);
  const outcomes = movements.map((movement): Outcome => {
    const hash = contentHashOf(movement, hashes.get(movement.movementId));
    const context = {
      isInCatalogue: state.catalogue.has(sku),
      appliedHash: hashes.get(movement.movementId),
      snapshot: plan.after,
      movedSince: movedSinceCount(movement, state, plan),
      ...(state.cutoff && { cutoff: state.cutoff(now) }),
    };
    const decision = decide(movement, hash, context, now);
    if (decision.kind === 'apply') {
      add(plan, decision.change, hash);
      plan.dependsOnLedger ||= countedAsOf(movement) !== undefined;
      hashes.set(movement.movementId, hash);
    }
    const { stock } = plan.after;
    if (decision.kind === 'rejected') {
      const { reason, detail } = decision;
      return { movement, status: 'rejected', reason, ...(detail !== undefined && { detail }), stock };
    }
    return { movement, status: decision.kind === 'apply' ? 'applied' : 'already-applied', stock };
  });
  return { plan, outcomes };
}

/** What moved since a count, in the ledger and in earlier movements of the plan. */
function movedSinceCount(
  movement: SubmittedMovement,
  state: MovementState,
  { changes }: WritePlan,
): MovedSinceCount | 'too-much' {
  const asOf = countedAsOf(movement);
  if (asOf === undefined) return noMovements;
  const recorded = state.movedSince.get(movement) ?? noMovements;
  if (recorded === 'too-much') return recorded;
  const planned = sumMovedSince(
    movement,
    asOf,
    changes.map(({ change }) => change.moved),
  );
  return { shipped: recorded.shipped, other: recorded.other + planned.other };
}

function add(plan: WritePlan, change: Change, hash: string): void {
  const { warehouse } = change.moved;
  const initial = ownValue(plan.before.stock?.warehouses ?? {}, warehouse) ?? emptyWarehouse;
  const conditions = plan.conditions.get(warehouse) ?? {
    minimums: { available: 0, damaged: 0, inspection: 0 },
    expectedFields: new Set(),
  };
  const previous = ownValue(plan.after.stock?.warehouses ?? {}, warehouse) ?? emptyWarehouse;
  for (const counter of guardedCounters) {
    // Units that expire leave available even if orders reserve them.
    const expired = counter === 'available' ? Math.max(0, change.moved.unavailableDeltas?.expired ?? 0) : 0;
    const after = (change.after[counter] ?? 0) + expired;
    // A count may make available negative. A later receipt does not need the units that the count removed.
    if (change.moved.type === 'count' || after >= (previous[counter] ?? 0)) continue;
    conditions.minimums[counter] = Math.max(conditions.minimums[counter], (initial[counter] ?? 0) - after);
  }
  for (const field of change.expectedFields) conditions.expectedFields.add(field);
  plan.conditions.set(warehouse, conditions);
  plan.after = snapshotAfter(plan.after, change);
  plan.changes.push({ change, hash });
}

/** The snapshot after a change. */
export function snapshotAfter(
  { stock, lots, transits }: StockSnapshot,
  { moved, after, lot, transit }: Change,
): StockSnapshot {
  return {
    stock: { ...stock, sku: moved.sku, warehouses: { ...stock?.warehouses, [moved.warehouse]: after } },
    lots: lot ? new Map(lots).set(lotSortKey(lot.warehouse, lot.lot), lot) : lots,
    transits: transit ? new Map(transits).set(transitSortKey(transit.transferId, transit.lot), transit) : transits,
  };
}

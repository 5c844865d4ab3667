import type { RejectionReason } from '../../shared/contracts/stock/routes.ts';
import type { StockItem } from '../../shared/stock/stock-item.ts';
import { countedAsOf, type MovedSince, movedSince, nothingMoved } from './counts.ts';
import { type Change, decide, nothing, type Pin } from './decide.ts';
import { hashOf, type SentMovement } from './sent-movement.ts';
import { lotSort, type Shelf, transitSort } from './shelf.ts';

/** Counters that must not be taken below zero on the way, and that orders or others change meanwhile. */
export const guarded = ['available', 'damaged', 'inspection'] as const;
type Guarded = (typeof guarded)[number];

/** What must hold of a warehouse when the plan is written: at least so many units, and figures as they were read. */
export type Needs = { least: { [counter in Guarded]: number }; pins: Set<Pin> };

/** Movements of one SKU that are written as one: the shelf as it was read and as they leave it. */
export type Plan = {
  before: Shelf;
  after: Shelf;
  changes: { change: Change; hash: string }[];
  /** By warehouse; each that the plan changes is in it. */
  needs: Map<string, Needs>;
  /** Whether nothing of the SKU must have moved since its ledger was read. */
  restsOnLedger: boolean;
};
/** The part of a plan that changes counters. */
export type StockPlan = Pick<Plan, 'needs' | 'changes'> & { before: Pick<Shelf, 'stock'>; after: Pick<Shelf, 'stock'> };

type Outcome =
  | { movement: SentMovement; status: 'applied' | 'already-applied'; stock: StockItem | undefined }
  | { movement: SentMovement; status: 'rejected'; reason: RejectionReason; stock: StockItem | undefined };

export type Books = {
  catalogue: Set<string>;
  shelves: Map<string, Shelf>;
  /** By movement id. */
  appliedHashes: Map<string, string>;
  /** By movement id, the messages for which it was refused for good. */
  refusedFor: Map<string, ReadonlySet<string>>;
  /** For counts of an earlier time, what moved since; those since which nothing did may be absent. */
  movedSince: Map<SentMovement, MovedSince | 'too-much'>;
};

/**
 * Decides on movements of one SKU one after the other, each on what those before it leave; `now` is in milliseconds.
 * The outcomes hold if the plan can be written as a whole.
 */
export function planOf(sku: string, movements: readonly SentMovement[], books: Books, now: number) {
  const before = books.shelves.get(sku) ?? { stock: undefined, lots: new Map(), transits: new Map() };
  const plan: Plan = { before, after: before, changes: [], needs: new Map(), restsOnLedger: false };
  const hashes = new Map(books.appliedHashes);
  const outcomes = movements.map((movement): Outcome => {
    const hash = hashOf(movement);
    const known = {
      isInCatalogue: books.catalogue.has(sku),
      appliedHash: hashes.get(movement.movementId),
      shelf: plan.after,
      movedSince: movedBefore(movement, books, plan),
    };
    const decision = decide(movement, hash, known, now);
    if (decision.kind === 'apply') {
      add(plan, decision.change, hash);
      plan.restsOnLedger ||= countedAsOf(movement) !== undefined;
      hashes.set(movement.movementId, hash);
    }
    const { stock } = plan.after;
    if (decision.kind === 'rejected') return { movement, status: 'rejected', reason: decision.reason, stock };
    return { movement, status: decision.kind === 'apply' ? 'applied' : 'already-applied', stock };
  });
  return { plan, outcomes };
}

/** What moved since a count was made, by the ledger and by what goes before it in the plan. */
function movedBefore(movement: SentMovement, books: Books, { changes }: Plan): MovedSince | 'too-much' {
  const asOf = countedAsOf(movement);
  if (asOf === undefined) return nothingMoved;
  const recorded = books.movedSince.get(movement) ?? nothingMoved;
  if (recorded === 'too-much') return recorded;
  const planned = movedSince(
    movement,
    asOf,
    changes.map(({ change }) => change.moved),
  );
  return { shipped: recorded.shipped, otherwise: recorded.otherwise + planned.otherwise };
}

function add(plan: Plan, change: Change, hash: string): void {
  const { warehouse } = change.moved;
  const initial = plan.before.stock?.warehouses[warehouse] ?? nothing;
  const needs = plan.needs.get(warehouse) ?? { least: { available: 0, damaged: 0, inspection: 0 }, pins: new Set() };
  for (const counter of guarded) {
    const taken = (initial[counter] ?? 0) - (change.after[counter] ?? 0);
    needs.least[counter] = Math.max(needs.least[counter], taken);
  }
  for (const pin of change.pins) needs.pins.add(pin);
  plan.needs.set(warehouse, needs);
  plan.after = shelfAfter(plan.after, change);
  plan.changes.push({ change, hash });
}

/** The shelf that a change leaves. */
export function shelfAfter({ stock, lots, transits }: Shelf, { moved, after, lot, transit }: Change): Shelf {
  return {
    stock: { ...stock, sku: moved.sku, warehouses: { ...stock?.warehouses, [moved.warehouse]: after } },
    lots: lot ? new Map(lots).set(lotSort(lot.warehouse, lot.lot), lot) : lots,
    transits: transit ? new Map(transits).set(transitSort(transit.transferId, transit.lot), transit) : transits,
  };
}

import * as z from 'zod';
import { roundHalfUp } from '../../../shared/money.ts';
import { accounts } from './accounts.ts';
import { Balances } from './balances.ts';
import { inTime } from './order-facts.ts';
import { shareOf } from './order-terms.ts';
import { type StockChange, stockChanges } from './stock/stock-changes.ts';

const event = { id: z.string(), at: z.number() };

/** A change of the units or of the cost of a SKU. `id` is unique; `at` is its business time in milliseconds. */
export const SkuMove = z.discriminatedUnion('kind', [
  /** The cost of a unit in the catalogue, which values what has no cost of its own. */
  z.object({
    kind: z.literal('cost'),
    ...event,
    unitCost: z.int().optional(),
    currency: z.string(),
    category: z.string().optional(),
  }),
  z.object({ kind: z.literal('receipt'), ...event, units: z.int(), unitCost: z.int().optional() }),
  /** Units that left: shipped (`of` names the line of the order), written off, or missing. */
  z.object({ kind: z.literal('out'), ...event, units: z.int(), account: z.string(), of: z.string().optional() }),
  /** Units that were found. */
  z.object({ kind: z.literal('found'), ...event, units: z.int(), account: z.string() }),
  /** Units of a shipped line that came back. `cost`: what they left with, where the shipment is too long ago. */
  z.object({
    kind: z.literal('returned'),
    ...event,
    units: z.int(),
    account: z.string(),
    of: z.string().optional(),
    cost: z.int().optional(),
  }),
  /** Damaged units that came back: on hand without a value, and written off first. */
  z.object({ kind: z.literal('worthless'), ...event, units: z.int() }),
]);
export type SkuMove = z.infer<typeof SkuMove>;

/** Units with a value. Negative: units that left before their receipt, at a provisional cost. */
const Pool = z.object({
  units: z.int(),
  value: z.int(),
  worthless: z.int(),
  unitCost: z.int().optional(),
  currency: z.string().optional(),
  category: z.string().optional(),
});
export type Pool = z.infer<typeof Pool>;

/**
 * The cost of a SKU: the pool up to `recent`, and the latest moves, by which a move that arrives late is inserted at its
 * time and later ones are valued again.
 */
export const SkuState = z.object({ base: Pool, recent: z.array(SkuMove) });
export type SkuState = z.infer<typeof SkuState>;

/** Moves that are kept: about 6 KB. A move that is older than all of them counts as the oldest. */
const maxRecentMoves = 64;
export const newSku: SkuState = { base: { units: 0, value: 0, worthless: 0 }, recent: [] };

const noChanges: StockChange[] = [];

type Valuation = { balances: Balances; costs: Map<string, number>; pool: Pool };

/**
 * Adds a move once. Returns the postings that it makes, and the costs of moves by id. Until the catalogue names the currency
 * of a SKU, nothing is posted; then everything is.
 */
export function addMove(state: SkuState, move: SkuMove) {
  if (state.recent.some(({ id }) => id === move.id))
    return { state, balances: new Balances(), costs: new Map<string, number>(), stock: noChanges };
  const recent = [...state.recent, move].toSorted(inTime);
  const after = valued(state.base, recent);
  const before = valued(state.base, state.recent);
  const balances = new Balances().plus(after.balances).plus(before.balances, -1);
  const stock = stockChanges(move, before.pool, after.pool, balances);
  return { state: shortened({ ...state, recent }), balances, costs: after.costs, stock };
}

function shortened({ base, recent }: SkuState): SkuState {
  if (recent.length <= maxRecentMoves) return { base, recent };
  const folded = recent.slice(0, -maxRecentMoves);
  return { base: valued(base, folded).pool, recent: recent.slice(-maxRecentMoves) };
}

/** Values moves in their order at weighted average cost (L17). */
function valued(base: Pool, moves: readonly SkuMove[]): Valuation {
  const pool = { ...base };
  const last = moves.findLast(({ kind }) => kind === 'cost');
  const currency = last?.kind === 'cost' ? last.currency : base.currency;
  const category = last?.kind === 'cost' ? last.category : base.category;
  const balances = new Balances();
  const costs = new Map<string, number>();
  const shipped = new Map<string, { units: number; cost: number; returned: number }>();
  const post = (account: string, inventory: number) => {
    if (currency !== undefined)
      balances.add(currency, accounts.inventory, inventory).add(currency, account, -inventory);
  };
  /** Units in, with their value: those that left before are settled at the cost of these. */
  const add = (units: number, value: number, account: string) => {
    const missing = Math.min(units, Math.max(0, -pool.units));
    const provisional = shareOf(-pool.value, missing, Math.max(missing, -pool.units));
    const correction = missing > 0 ? shareOf(value, missing, units) - provisional : 0;
    pool.units += units;
    pool.value += value - correction;
    post(account, value);
    post(accounts.costOfGoods, -correction);
  };
  const remove = (units: number, account: string) => {
    const worthless = account === accounts.writeOffs ? Math.min(units, pool.worthless) : 0;
    pool.worthless -= worthless;
    const valuable = units - worthless;
    const held = Math.min(valuable, Math.max(0, pool.units));
    const cost = (held > 0 ? shareOf(pool.value, held, pool.units) : 0) + (valuable - held) * (pool.unitCost ?? 0);
    pool.units -= valuable;
    pool.value -= cost;
    post(account, -cost);
    return cost;
  };
  const average = (units: number) =>
    pool.units > 0 ? roundHalfUp(BigInt(pool.value) * BigInt(units), BigInt(pool.units)) : units * (pool.unitCost ?? 0);
  for (const move of moves) {
    if (move.kind === 'cost') pool.unitCost = move.unitCost;
    else if (move.kind === 'receipt') {
      add(move.units, move.units * (move.unitCost ?? pool.unitCost ?? 0), accounts.goodsReceived);
    } else if (move.kind === 'found') add(move.units, average(move.units), move.account);
    else if (move.kind === 'worthless') pool.worthless += move.units;
    else if (move.kind === 'out') {
      const cost = remove(move.units, move.account);
      costs.set(move.id, cost);
      if (move.of === undefined) continue;
      const before = shipped.get(move.of) ?? { units: 0, cost: 0, returned: 0 };
      shipped.set(move.of, { ...before, units: before.units + move.units, cost: before.cost + cost });
    } else {
      const left = move.of === undefined ? undefined : shipped.get(move.of);
      const cost = left
        ? shareOf(left.cost, left.returned + move.units, left.units) - shareOf(left.cost, left.returned, left.units)
        : (move.cost ?? average(move.units));
      if (left) left.returned += move.units;
      add(move.units, cost, move.account);
    }
  }
  return { balances, costs, pool: { ...pool, currency, category } };
}

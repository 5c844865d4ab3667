import assert from 'node:assert';
import type { Action } from '../../shared/dynamodb/database.ts';
import { listKeyOf, WarehouseStock } from '../../shared/stock/stock-item.ts';
import { nothing } from './decide.ts';
import { beginsToLie, onHandIn } from './idle.ts';
import { guarded, type Needs, type Plan, type StockPlan } from './plan.ts';
import { type Shelf, shelfKey } from './shelf.ts';

type UpdateParts = Omit<NonNullable<Action['Update']>, 'TableName' | 'Key'>;
type Parts = { sets: string[]; conditions: string[]; names: Record<string, string>; values: Record<string, unknown> };

/** Shortened, as an expression has at most 4 KB and a plan may change many warehouses. */
const names = {
  onHand: '#o',
  reserved: '#r',
  unavailable: '#u',
  available: '#a',
  damaged: '#d',
  inspection: '#i',
  safetyStock: '#s',
  countedAt: '#c',
};
const added = ['onHand', 'reserved', 'unavailable', 'available', 'damaged', 'inspection', 'safetyStock'] as const;

/**
 * Counters are changed by arithmetic in the database, as orders change them at the same time. Only the first movement of
 * a SKU or warehouse, for which there is nothing to add to, writes them.
 */
export function stockUpdate(sku: string, plan: StockPlan, now: number): UpdateParts {
  const { before, after, needs } = plan;
  const warehouses = after.stock?.warehouses ?? {};
  const idleSet = idleSetting(plan);
  const idleSince = idleSet === '' ? {} : { ':idle': new Date(now).toISOString() };
  if (!before.stock) {
    return {
      UpdateExpression: `SET sku = :sku, warehouses = :warehouses, listKey = :listKey${idleSet}`,
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':sku': sku, ':warehouses': warehouses, ':listKey': listKeyOf(sku), ...idleSince },
    };
  }
  const parts: Parts = { sets: [], conditions: [], names: {}, values: {} };
  for (const [index, [warehouse, need]] of [...needs].entries()) {
    const [known, then] = [before.stock.warehouses[warehouse], warehouses[warehouse]];
    assert(then, 'A plan leaves counters of each warehouse that it changes');
    parts.names[`#${index}`] = warehouse;
    if (known) change(parts, index, known, then, need);
    else {
      parts.sets.push(`#w.#${index} = :${index}`);
      parts.conditions.push(`attribute_not_exists(#w.#${index})`);
      parts.values[`:${index}`] = WarehouseStock.parse(then);
    }
  }
  const used = parts.sets.concat(parts.conditions).join(' ');
  return {
    UpdateExpression: `SET ${parts.sets.join(', ')}${idleSet}`,
    ConditionExpression: ['attribute_exists(pk)', ...parts.conditions].join(' AND '),
    ExpressionAttributeNames: {
      '#w': 'warehouses',
      ...parts.names,
      ...Object.fromEntries(
        Object.entries(names).flatMap(([name, short]) => (used.includes(short) ? [[short, name]] : [])),
      ),
    },
    ExpressionAttributeValues: { ...parts.values, ...(used.includes(':zero') && { ':zero': 0 }), ...idleSince },
  };
}

/** Sets since when units lie, where something new came in, or where it is not known yet of what is there. */
function idleSetting({ before, after, changes }: StockPlan): string {
  const moves = changes.map(({ change }) => change.moved);
  if (beginsToLie(onHandIn(before.stock), moves)) return ', idleSince = :idle';
  const isUnknown = before.stock?.idleSince === undefined && onHandIn(after.stock) > 0;
  return isUnknown ? ', idleSince = if_not_exists(idleSince, :idle)' : '';
}

function change(parts: Parts, index: number, known: WarehouseStock, then: WarehouseStock, need: Needs): void {
  const path = (name: keyof typeof names) => `#w.#${index}.${names[name]}`;
  const value = (name: keyof typeof names, kind: string, given: unknown) => {
    const placeholder = `:${kind}${names[name].slice(1)}${index}`;
    parts.values[placeholder] = given;
    return placeholder;
  };
  for (const name of added) {
    const delta = (then[name] ?? 0) - (known[name] ?? 0);
    if (delta === 0 && name !== 'onHand') continue;
    // The plain counters always exist, the parts of `unavailable` only since they were first changed.
    const now = Object.hasOwn(nothing, name) ? path(name) : `if_not_exists(${path(name)}, :zero)`;
    parts.sets.push(`${path(name)} = ${now} + ${value(name, 'p', delta)}`);
  }
  if (then.countedAt !== known.countedAt)
    parts.sets.push(`${path('countedAt')} = ${value('countedAt', 'p', then.countedAt)}`);

  for (const name of guarded) {
    if (need.least[name] > 0) parts.conditions.push(`${path(name)} >= ${value(name, 'l', need.least[name])}`);
  }
  for (const name of need.pins) {
    const pinned = known[name];
    parts.conditions.push(
      pinned === undefined ? `attribute_not_exists(${path(name)})` : `${path(name)} = ${value(name, 'e', pinned)}`,
    );
  }
}

/** An update of counters with the row of the ledger that tells of it, and with the one before it that must be the last. */
export function movedBy(lastMove: string, { before, restsOnLedger }: Plan, update: UpdateParts): UpdateParts {
  const { UpdateExpression, ConditionExpression, ExpressionAttributeValues } = update;
  const known = before.stock?.lastMove;
  const isLast = known === undefined ? 'attribute_not_exists(lastMove)' : 'lastMove = :knownMove';
  const isPinned = restsOnLedger && before.stock !== undefined;
  return {
    ...update,
    UpdateExpression: `${UpdateExpression}, lastMove = :lastMove`,
    ConditionExpression: isPinned ? `${ConditionExpression} AND ${isLast}` : ConditionExpression,
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ':lastMove': lastMove,
      ...(isPinned && known !== undefined && { ':knownMove': known }),
    },
  };
}

/** A lot is written as it was calculated, if it still is as it was read. */
export const lotActions = (
  table: string,
  { before, after }: { before: Pick<Shelf, 'lots'>; after: Pick<Shelf, 'lots'> },
): Action[] => replacements(table, before.lots, after.lots);

/** Transits as lots. */
export const transitActions = (table: string, { before, after }: Plan): Action[] =>
  replacements(table, before.transits, after.transits);

function replacements<T extends { sku: string; units: number; unavailable?: number | undefined }>(
  table: string,
  before: Map<string, T>,
  after: Map<string, T>,
): Action[] {
  return [...after].flatMap(([sk, item]): Action[] => {
    const known = before.get(sk);
    if (item === known) return [];
    const Key = shelfKey(item.sku, sk);
    const condition = known ? unchanged(known) : { ConditionExpression: 'attribute_not_exists(pk)' };
    if (item.units > 0) return [{ Put: { TableName: table, Item: { ...Key, ...item }, ...condition } }];
    // Came and went within the plan: nothing to write.
    return known ? [{ Delete: { TableName: table, Key, ...condition } }] : [];
  });
}

const unchanged = ({ units, unavailable }: { units: number; unavailable?: number | undefined }) =>
  unavailable === undefined
    ? {
        ConditionExpression: 'units = :units AND attribute_not_exists(unavailable)',
        ExpressionAttributeValues: { ':units': units },
      }
    : {
        ConditionExpression: 'units = :units AND unavailable = :unavailable',
        ExpressionAttributeValues: { ':units': units, ':unavailable': unavailable },
      };

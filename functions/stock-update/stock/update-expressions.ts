import assert from 'node:assert';
import type { Action } from '../../../shared/dynamodb/database.ts';
import { listKeyOf, transitListKey, WarehouseStock } from '../../../shared/stock/stock-item.ts';
import { emptyWarehouse } from './decide.ts';
import { onHandIn, startsIdlePeriod } from './idle-since.ts';
import { type CounterPlan, guardedCounters, type WarehouseConditions, type WritePlan } from './write-plan.ts';
import { skuRowKey, type StockSnapshot } from './snapshot.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import { type Lot, lotPrefix } from '../../../shared/stock/lot.ts';

type UpdateParts = Omit<NonNullable<Action['Update']>, 'TableName' | 'Key'>;
type Parts = { sets: string[]; conditions: string[]; names: Map<string, string>; values: Map<string, unknown> };

/** Short names, because an expression has at most 4 KB and a plan may change 20 warehouses. */
const names = {
  onHand: '#o',
  reserved: '#r',
  unavailable: '#u',
  available: '#a',
  damaged: '#d',
  inspection: '#i',
  safetyStock: '#s',
  expired: '#e',
  countedAt: '#c',
};
const summedCounters = [
  'onHand',
  'reserved',
  'unavailable',
  'available',
  'damaged',
  'inspection',
  'safetyStock',
  'expired',
] as const;

/**
 * Adds to counters in the database, because orders change them concurrently. The first movement of a SKU or warehouse
 * writes the counters.
 */
export function stockUpdateExpression(sku: string, plan: CounterPlan, now: number): UpdateParts {
  const { before, after, conditions } = plan;
  const warehouses = after.stock?.warehouses ?? {};
  const idleSet = idleSetExpression(plan);
  const idleSince = idleSet === '' ? {} : { ':idle': new Date(now).toISOString() };
  if (!before.stock) {
    return {
      UpdateExpression: `SET sku = :sku, warehouses = :warehouses, listKey = :listKey${idleSet}`,
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':sku': sku, ':warehouses': warehouses, ':listKey': listKeyOf(sku), ...idleSince },
    };
  }
  const parts: Parts = { sets: [], conditions: [], names: new Map(), values: new Map() };
  for (const [index, [warehouse, need]] of [...conditions].entries()) {
    const [known, changed] = [ownValue(before.stock.warehouses, warehouse), ownValue(warehouses, warehouse)];
    assert(changed, 'A plan has counters of each warehouse that it changes');
    parts.names.set(`#${index}`, warehouse);
    if (known) addWarehouse(parts, index, known, changed, need);
    else {
      parts.sets.push(`#w.#${index} = :${index}`);
      parts.conditions.push(`attribute_not_exists(#w.#${index})`);
      parts.values.set(`:${index}`, WarehouseStock.parse(changed));
    }
  }
  const used = parts.sets.concat(parts.conditions).join(' ');
  return {
    UpdateExpression: `SET ${parts.sets.join(', ')}${idleSet}`,
    ConditionExpression: ['attribute_exists(pk)', ...parts.conditions].join(' AND '),
    ExpressionAttributeNames: {
      '#w': 'warehouses',
      ...Object.fromEntries(parts.names),
      ...Object.fromEntries(
        Object.entries(names).flatMap(([name, short]) => (used.includes(short) ? [[short, name]] : [])),
      ),
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(parts.values),
      ...(used.includes(':zero') && { ':zero': 0 }),
      ...idleSince,
    },
  };
}

/** Sets `idleSince` when stock is added to a SKU without any, or when stock on hand has no `idleSince` yet. */
function idleSetExpression({ before, after, changes }: CounterPlan): string {
  const moves = changes.map(({ change }) => change.moved);
  if (startsIdlePeriod(onHandIn(before.stock), moves)) return ', idleSince = :idle';
  const isUnknown = before.stock?.idleSince === undefined && onHandIn(after.stock) > 0;
  return isUnknown ? ', idleSince = if_not_exists(idleSince, :idle)' : '';
}

function addWarehouse(
  parts: Parts,
  index: number,
  known: WarehouseStock,
  changed: WarehouseStock,
  { minimums, expectedFields }: WarehouseConditions,
): void {
  const path = (name: keyof typeof names) => `#w.#${index}.${names[name]}`;
  const value = (name: keyof typeof names, kind: string, given: unknown) => {
    const placeholder = `:${kind}${names[name].slice(1)}${index}`;
    parts.values.set(placeholder, given);
    return placeholder;
  };
  for (const name of summedCounters) {
    const delta = (changed[name] ?? 0) - (known[name] ?? 0);
    if (delta === 0 && name !== 'onHand') continue;
    // `damaged`, `inspection`, `safetyStock` and `expired` exist only after their first change.
    const current = Object.hasOwn(emptyWarehouse, name) ? path(name) : `if_not_exists(${path(name)}, :zero)`;
    parts.sets.push(`${path(name)} = ${current} + ${value(name, 'p', delta)}`);
  }
  if (changed.countedAt !== known.countedAt)
    parts.sets.push(`${path('countedAt')} = ${value('countedAt', 'p', changed.countedAt)}`);

  for (const name of guardedCounters) {
    if (minimums[name] > 0) parts.conditions.push(`${path(name)} >= ${value(name, 'l', minimums[name])}`);
  }
  for (const name of expectedFields) {
    const expected = known[name];
    parts.conditions.push(
      expected === undefined ? `attribute_not_exists(${path(name)})` : `${path(name)} = ${value(name, 'e', expected)}`,
    );
  }
}

/** Sets the last row of the ledger, on condition that the previous one is unchanged if the plan depends on the ledger. */
export function withLastMovement(
  lastMove: string,
  { before, dependsOnLedger }: WritePlan,
  update: UpdateParts,
): UpdateParts {
  const { UpdateExpression, ConditionExpression, ExpressionAttributeValues } = update;
  const known = before.stock?.lastMove;
  const isLast = known === undefined ? 'attribute_not_exists(lastMove)' : 'lastMove = :knownMove';
  const isConditional = dependsOnLedger && before.stock !== undefined;
  return {
    ...update,
    UpdateExpression: `${UpdateExpression}, lastMove = :lastMove`,
    ConditionExpression: isConditional ? `${ConditionExpression} AND ${isLast}` : ConditionExpression,
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ':lastMove': lastMove,
      ...(isConditional && known !== undefined && { ':knownMove': known }),
    },
  };
}

/** Replaces changed lots, on condition that they are as they were read. */
export const lotActions = (
  table: string,
  { before, after }: { before: Pick<StockSnapshot, 'lots'>; after: Pick<StockSnapshot, 'lots'> },
): Action[] => replacements(table, before.lots, after.lots, () => ({}));

/** Replaces changed transits in the same way. The index lists them by the warehouse that they left. */
export const transitActions = (table: string, { before, after }: WritePlan): Action[] =>
  replacements(table, before.transits, after.transits, ({ from }) => ({ listKey: transitListKey(from) }));

type Replaced = Pick<Lot, 'sku' | 'units'> & {
  [field in 'unavailable' | 'expired' | 'expiresOn']?: Lot[field] | undefined;
};

/** A lot with an expiry day is kept when it is empty, so that later receipts of it have the same day. */
function replacements<T extends Replaced>(
  table: string,
  before: Map<string, T>,
  after: Map<string, T>,
  indexKeys: (item: T) => Record<string, string>,
): Action[] {
  return [...after].flatMap(([sk, item]): Action[] => {
    const known = before.get(sk);
    if (item === known) return [];
    const Key = skuRowKey(item.sku, sk);
    const condition = known ? unchanged(known) : { ConditionExpression: 'attribute_not_exists(pk)' };
    const isKept = item.units > 0 || (item.expiresOn !== undefined && sk.startsWith(lotPrefix));
    if (isKept) return [{ Put: { TableName: table, Item: { ...Key, ...item, ...indexKeys(item) }, ...condition } }];
    // Created and emptied within the plan.
    return known ? [{ Delete: { TableName: table, Key, ...condition } }] : [];
  });
}

/** Condition that the units and the expiry of an item are as they were read. */
function unchanged(known: Replaced) {
  const fields = ['units', 'unavailable', 'expired', 'expiresOn'] as const;
  const values = fields.flatMap((field) => (known[field] === undefined ? [] : [[`:${field}`, known[field]] as const]));
  return {
    ConditionExpression: fields
      .map((field) => (known[field] === undefined ? `attribute_not_exists(${field})` : `${field} = :${field}`))
      .join(' AND '),
    ExpressionAttributeValues: Object.fromEntries(values),
  };
}

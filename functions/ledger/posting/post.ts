import { ownValue } from '../../../shared/input/own-value.ts';
import { accounts } from './accounts.ts';
import { Balances, type Posting } from './balances.ts';
import type { Fact } from './event-facts.ts';
import { orderPosition, taxDifference, type TaxRow } from './order-balances.ts';
import { type FactOf, inTime, isOf, newOrder, type OrderFact, type OrderState, placementOf } from './order-facts.ts';
import { shareOf, termsOf } from './order-terms.ts';
import { addMove, newSku, type SkuMove, type SkuState } from './sku-cost.ts';
import type { StockChange } from './stock/stock-changes.ts';

/** A transaction of one currency. `code` is the id of its event; `at` its business time in milliseconds. */
export type Transaction = {
  code: string;
  at: number;
  /** The day, of an entry that a person made for a day instead of a time. */
  day?: string | undefined;
  text: string;
  currency: string;
  postings: Posting[];
  orderId?: string | undefined;
  /** What the event is: of an order the kind of its fact, else `stock`, `settlement` or `entry`. */
  kind: string;
  /** Code of a transaction that an entry corrects. */
  reverses?: string | undefined;
  /** Changes of output tax. */
  taxes?: TaxRow[] | undefined;
};

/** The orders and SKUs that facts are about. `post` changes its maps, never their values. */
export type LedgerStates = { orders: Map<string, OrderState>; skus: Map<string, SkuState> };

/**
 * A part of an event that is written at once: its transactions, and the states that it changed. `marker`: the code of an
 * event of a SKU without postings, by which a repeated one is known.
 */
export type Step = {
  transactions: Transaction[];
  orders: Map<string, OrderState>;
  skus: Map<string, SkuState>;
  marker?: string;
  /** What changed in the stock of SKUs, by the event that changed it. */
  stock?: { code: string; at: number; changes: (StockChange & { sku: string })[] };
};

/** Lines of a shipment whose costs one step posts: a DynamoDB transaction has at most 100 actions. */
const maxCostedLines = 25;

/** Posts a fact once, and everything that waited for it. Without a step, it was posted before. */
export function post(states: LedgerStates, fact: Fact): Step[] {
  if (fact.of === 'nothing') return [];
  if (fact.of === 'entry') return [{ transactions: [fact.transaction], orders: new Map(), skus: new Map() }];
  if (fact.of === 'sku') return [postMove(states, fact)];
  const { orderId, fact: added } = fact;
  const state = states.orders.get(orderId) ?? newOrder;
  const isKnown = [...state.facts, ...state.waiting].some(({ id }) => id === added.id);
  if (!isKnown) states.orders.set(orderId, { ...state, waiting: [...state.waiting, added].toSorted(inTime) });
  const steps: Step[] = [];
  for (;;) {
    const next = nextOf(states.orders.get(orderId) ?? newOrder);
    if (!next) break;
    steps.push(postOrderFact(states, orderId, next));
  }
  const isWaiting = steps.length === 0 && !isKnown;
  const current = states.orders.get(orderId) ?? newOrder;
  return isWaiting ? [{ transactions: [], orders: new Map([[orderId, current]]), skus: new Map() }] : steps;
}

/** The placement first: the amounts of everything else depend on it. */
const nextOf = ({ facts, waiting }: OrderState): OrderFact | undefined =>
  waiting.find(isOf('placed')) ?? (placementOf(facts) ? waiting[0] : undefined);

function postMove(states: LedgerStates, { sku, move, text }: Extract<Fact, { of: 'sku' }>): Step {
  const { state, balances, stock } = addMove(states.skus.get(sku) ?? newSku, move);
  states.skus.set(sku, state);
  const transactions = transactionsOf({ id: move.id, at: move.at, text, kind: 'stock' }, balances);
  const marker = transactions.length === 0 ? { marker: move.id } : {};
  const changes = stock.map((change) => Object.assign({ sku }, change));
  const valued = { stock: { code: move.id, at: move.at, changes } };
  return { transactions, orders: new Map(), skus: new Map([[sku, state]]), ...marker, ...valued };
}

function postOrderFact(states: LedgerStates, orderId: string, fact: OrderFact): Step {
  const before = states.orders.get(orderId) ?? newOrder;
  const waiting = before.waiting.filter(({ id }) => id !== fact.id);
  const facts = [...before.facts, fact];
  let state: OrderState = { ...before, facts, waiting };
  const [position, earlier] = [orderPosition(facts), orderPosition(before.facts)];
  const balances = position.balances.plus(earlier.balances, -1);
  const taxes = { currency: position.currency, rows: taxDifference(position.taxes, earlier.taxes) };
  const skus = new Map<string, SkuState>();
  const changes: (StockChange & { sku: string })[] = [];
  const costed = costedUnits(fact);
  if (costed.rest.length > 0 && 'units' in fact) {
    state = { ...state, waiting: [restOf(fact, costed.rest), ...waiting] };
  }
  for (const [index, [lineId, units, disposition]] of costed.now.entries()) {
    const line = costLineOf(facts, lineId);
    if (!line) continue;
    const move = moveOf(state, { orderId, fact, index, lineId, units, disposition, account: line.account });
    const added = addMove(states.skus.get(line.sku) ?? newSku, move);
    states.skus.set(line.sku, added.state);
    skus.set(line.sku, added.state);
    balances.plus(added.balances);
    changes.push(...added.stock.map((change) => Object.assign({ sku: line.sku }, change)));
    state = withCost(state, lineId, move, added.costs.get(move.id) ?? 0);
  }
  states.orders.set(orderId, state);
  const source = { id: fact.id, at: fact.at, text: fact.text, kind: fact.kind, orderId };
  const stock = { code: fact.id, at: fact.at, changes };
  return { transactions: transactionsOf(source, balances, taxes), orders: new Map([[orderId, state]]), skus, stock };
}

type CostedUnit = readonly [lineId: string, units: number, disposition?: 'restock' | 'damaged'];

/** The lines whose costs a fact posts now, and those that a later step posts. */
function costedUnits(fact: OrderFact): { now: readonly CostedUnit[]; rest: readonly CostedUnit[] } {
  if (fact.kind !== 'shipped' && fact.kind !== 'costed' && fact.kind !== 'restocked') return { now: [], rest: [] };
  return { now: fact.units.slice(0, maxCostedLines), rest: fact.units.slice(maxCostedLines) };
}

/** The rest of a shipment or a return has the id of its event with the number of its part. */
function restOf(fact: OrderFact, rest: readonly CostedUnit[]): OrderFact {
  const [id = '', part = '1'] = fact.id.split('~');
  const base = { id: `${id}~${Number(part) + 1}`, at: fact.at, text: fact.text };
  if (fact.kind === 'restocked') {
    const units = rest.map(([lineId, quantity, disposition = 'restock']): FactOf<'restocked'>['units'][number] => [
      lineId,
      quantity,
      disposition,
    ]);
    return { kind: 'restocked', ...base, units };
  }
  return { kind: 'costed', ...base, units: rest.map(([lineId, quantity]): [string, number] => [lineId, quantity]) };
}

/** The SKU of a line, and where its cost goes: a line whose whole price is taken off is a gift (D8). */
function costLineOf(facts: readonly OrderFact[], lineId: string) {
  const terms = termsOf(facts);
  const known =
    terms?.lines.find((each) => each.lineId === lineId) ??
    placementOf(facts)?.lines.find((each) => each.lineId === lineId);
  if (!terms || !known) return undefined;
  const isGift = known.list > 0 && known.list === known.discount;
  return { sku: known.sku, account: isGift ? accounts.gifts : accounts.costOfGoods };
}

type Costed = {
  orderId: string;
  fact: OrderFact;
  index: number;
  lineId: string;
  units: number;
  disposition: CostedUnit[2];
  account: string;
};

function moveOf({ costs }: OrderState, { orderId, fact, index, lineId, units, disposition, account }: Costed): SkuMove {
  const base = { id: `${fact.id}#${index}`, at: fact.at, units };
  const of = `${orderId}#${lineId}`;
  if (disposition === 'damaged') return { kind: 'worthless', ...base };
  if (disposition === undefined) return { kind: 'out', ...base, account, of };
  const left = ownValue(costs, lineId);
  const cost =
    left && shareOf(left.cost, left.returned + units, left.units) - shareOf(left.cost, left.returned, left.units);
  return { kind: 'returned', ...base, account, of, ...(cost !== undefined && { cost }) };
}

function withCost(state: OrderState, lineId: string, move: SkuMove, cost: number): OrderState {
  const before = ownValue(state.costs, lineId) ?? { units: 0, cost: 0, returned: 0 };
  if (move.kind === 'out') {
    const after = { ...before, units: before.units + move.units, cost: before.cost + cost };
    return { ...state, costs: { ...state.costs, [lineId]: after } };
  }
  if (move.kind !== 'returned') return state;
  return { ...state, costs: { ...state.costs, [lineId]: { ...before, returned: before.returned + move.units } } };
}

type Source = Pick<Transaction, 'at' | 'text' | 'kind' | 'orderId'> & { id: string };

/** One transaction per currency. The first has the event's id; those of other currencies add theirs. */
function transactionsOf(
  { id, ...source }: Source,
  balances: Balances,
  taxes: { currency: string; rows: TaxRow[] } = { currency: '', rows: [] },
): Transaction[] {
  return balances.byCurrency().map(({ currency, postings }, index) => {
    const transaction: Transaction = Object.assign({ code: index === 0 ? id : `${id}~${currency}` }, source, {
      currency,
      postings,
    });
    if (currency === taxes.currency && taxes.rows.length > 0) transaction.taxes = taxes.rows;
    return transaction;
  });
}

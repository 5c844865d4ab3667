import type { Logger } from '@aws-lambda-powertools/logger';
import { newEvent, type NewEvent } from '../../../shared/contracts/define-event.ts';
import { StockValued } from '../../../shared/contracts/ledger/stock-value-events.ts';
import { isRetryableError, retryOnConflict, startRetryBudget } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { accounts } from '../posting/accounts.ts';
import { type Fact, factOf, type LedgerMessage } from '../posting/event-facts.ts';
import type { StoredTransaction } from '../posting/ledger-keys.ts';
import { isOf, type OrderState } from '../posting/order-facts.ts';
import { type LedgerStates, post, type Step, type Transaction } from '../posting/post.ts';
import { type PostingStore, sumsOf, taxSumsOf, type Versioned, type Write } from './posting-store.ts';

/** Messages that are read and posted together: their transactions, states and sums fit into few DynamoDB transactions. */
const groupSize = 12;
/** Limit of DynamoDB for a transaction. */
const maxActions = 100;
/** Of the function's 60 s, the last 10 of which are kept for the answer (`queueBatchHandler`). */
const batchBudgetMs = 40_000;
const groupBudgetMs = 8000;

type Deps = {
  store: PostingStore;
  businessDay: (instantMs: number) => string;
  clock: () => number;
  /** The shard of the sums, any of them. */
  shard: () => string;
  /** Time for a batch; groups that it does not reach are retried with the next delivery. @default 40 s */
  batchBudgetMs?: number;
};

/**
 * Posts a batch of events; returns those to be retried. An event whose rules throw fails alone: its neighbours are posted.
 * A repeated event finds its own fact or code and changes nothing.
 */
export const postBatch =
  (deps: Deps) =>
  async (messages: LedgerMessage[], log: Pick<Logger, 'error'>): Promise<LedgerMessage[]> => {
    const failed = new Set<LedgerMessage>();
    const fail = (message: LedgerMessage, error: unknown) => {
      failed.add(message);
      const { eventId } = message.detail.metadata;
      log.error('an event is not posted', { eventId, error: error instanceof Error ? error : String(error) });
    };
    const facts = messages.flatMap((message) => {
      try {
        return [{ message, fact: factOf(message) }];
      } catch (error) {
        fail(message, error);
        return [];
      }
    });
    const relevant = facts.filter(({ fact }) => fact.of !== 'nothing');
    const remainingMs = startRetryBudget(deps.batchBudgetMs ?? batchBudgetMs);
    for (let start = 0; start < relevant.length; start += groupSize) {
      const group = relevant.slice(start, start + groupSize);
      if (!(await posts(deps, group, remainingMs(), fail))) for (const { message } of group) failed.add(message);
    }
    return [...failed];
  };

type Group = { message: LedgerMessage; fact: Fact }[];

/** False if the group has no time left, or others changed the same items for as long as it had. */
async function posts(
  deps: Deps,
  group: Group,
  remainingMs: number,
  fail: (message: LedgerMessage, error: unknown) => void,
): Promise<boolean> {
  if (remainingMs <= 0) return false;
  try {
    return await retryOnConflict(Math.min(groupBudgetMs, remainingMs), () => postGroup(deps, group, fail));
  } catch (error) {
    if (error instanceof Error && isRetryableError(error)) return false;
    throw error;
  }
}

/** Undefined if something changed meanwhile: what is written stays, and the next attempt finds it posted. */
async function postGroup(
  { store, businessDay, clock, shard }: Deps,
  group: Group,
  fail: (message: LedgerMessage, error: unknown) => void,
): Promise<true | undefined> {
  const facts = group.map(({ fact }) => fact);
  const orders = await store.orders([...new Set(facts.flatMap((fact) => (fact.of === 'order' ? [fact.orderId] : [])))]);
  const posted = await store.posted([...new Set(facts.flatMap((fact) => codeOf(fact) ?? []))]);
  const skus = await store.skus(skusOf(facts, orders));
  const states: LedgerStates = { orders: statesOf(orders), skus: statesOf(skus) };
  const steps: Step[] = [];
  for (const { message, fact } of group) {
    const code = codeOf(fact);
    if (code !== undefined && posted.has(code)) continue;
    const before = { orders: new Map(states.orders), skus: new Map(states.skus) };
    try {
      steps.push(...post(states, fact));
      if (code !== undefined) posted.add(code);
    } catch (error) {
      fail(message, error);
      states.orders = before.orders;
      states.skus = before.skus;
    }
  }
  const dayOf = await postingDays(store, businessDay, steps, clock());
  if (dayOf === 'version-conflict') return undefined;
  const versions = {
    orders: new Map(Array.from(orders, ([id, { version }]) => [id, version])),
    skus: new Map(Array.from(skus, ([sku, { version }]) => [sku, version])),
  };
  for (const write of writesOf(steps, { dayOf, businessDay, shard: shard(), now: clock() })) {
    for (const kind of ['orders', 'skus'] as const) {
      for (const [id, each] of write[kind]) {
        each.version = versions[kind].get(id) ?? 0;
        versions[kind].set(id, each.version + 1);
      }
    }
    if ((await store.write(write)) === 'version-conflict') return undefined;
  }
  return true;
}

/** By which a repeated event is known that changes no order. */
const codeOf = (fact: Fact): string | undefined =>
  fact.of === 'sku' ? fact.move.id : fact.of === 'entry' ? fact.transaction.code : undefined;

const statesOf = <S>(versioned: ReadonlyMap<string, Versioned<S>>) =>
  new Map(Array.from(versioned, ([id, { state }]) => [id, state]));

/** The SKUs whose cost the facts change: their own, and those of orders with shipments or returns to post. */
function skusOf(facts: readonly Fact[], orders: ReadonlyMap<string, Versioned<OrderState>>): string[] {
  const ofMoves = facts.flatMap((fact) => (fact.of === 'sku' ? [fact.sku] : []));
  const ofOrders = facts.filter((fact) => fact.of === 'order');
  const byOrder = Map.groupBy(ofOrders, ({ orderId }) => orderId);
  const shipped = [...byOrder].flatMap(([orderId, own]) => {
    const { facts: known = [], waiting = [] } = orders.get(orderId)?.state ?? {};
    const added = [...waiting, ...own.map(({ fact }) => fact)];
    if (!added.some(({ kind }) => kind === 'shipped' || kind === 'costed' || kind === 'restocked')) return [];
    const edits = [...known, ...added].filter(isOf('edited')).flatMap(({ lines }) => lines);
    const placed = [...known, ...added].filter(isOf('placed')).flatMap(({ lines }) => lines);
    return [...placed, ...edits.flatMap(({ after }) => after ?? [])].map(({ sku }) => sku);
  });
  return [...new Set([...ofMoves, ...shipped])];
}

type PostingDay = (transaction: Pick<Transaction, 'at' | 'day'>) => { date: string; for?: string };
type Writing = {
  dayOf: PostingDay;
  businessDay: (instantMs: number) => string;
  shard: string;
  now: number;
};

/**
 * The day of each transaction: its own, or today if that period is closed (L9). Balances that were carried forward from
 * a day's month are carried forward again later.
 */
async function postingDays(
  store: PostingStore,
  businessDay: (instantMs: number) => string,
  steps: readonly Step[],
  now: number,
): Promise<PostingDay | 'version-conflict'> {
  const own = ({ at, day }: Pick<Transaction, 'at' | 'day'>) => day ?? businessDay(at);
  const days = steps.flatMap(({ transactions, stock }) => [...transactions, ...(stock ? [stock] : [])].map(own));
  const months = [...new Set(days.map((day) => day.slice(0, 7)))].toSorted();
  const { closed, carried } = await store.closed(months);
  const earliest = months.find((month) => !closed.has(month));
  if (carried && earliest !== undefined && earliest <= carried.through) {
    if ((await store.reopen(earliest, carried)) === 'version-conflict') return 'version-conflict';
  }
  return (transaction) => {
    const day = own(transaction);
    return closed.has(day.slice(0, 7)) ? { date: businessDay(now), for: day } : { date: day };
  };
}

/** As few DynamoDB transactions as the limit allows. Each leaves complete events, or complete steps of a large one. */
function writesOf(steps: readonly Step[], writing: Writing): Write[] {
  const writes: Write[] = [];
  let current: Write | undefined;
  for (const step of steps) {
    const joined = joinedWith(current, step, writing);
    if (current && actionsOf(joined) > maxActions) {
      writes.push(current);
      current = joinedWith(undefined, step, writing);
    } else current = joined;
  }
  return current ? [...writes, current] : writes;
}

const actionsOf = ({ transactions, markers, orders, skus, events }: Write) =>
  transactions.length +
  events.length +
  markers.length +
  orders.size +
  skus.size +
  sumsOf(transactions).size +
  taxSumsOf(transactions).size;

function joinedWith(write: Write | undefined, step: Step, writing: Writing): Write {
  const { dayOf, shard } = writing;
  const versioned = <S>(states: ReadonlyMap<string, S>) =>
    Array.from(states, ([id, state]): [string, Versioned<S>] => [id, { state, version: 0 }]);
  const transactions = step.transactions.map((transaction): StoredTransaction => {
    const { at: _at, day: _day, ...stored } = transaction;
    return { ...stored, ...dayOf(transaction) };
  });
  return {
    shard,
    transactions: [...(write?.transactions ?? []), ...transactions],
    markers: [...(write?.markers ?? []), ...(step.marker === undefined ? [] : [step.marker])],
    orders: new Map([...(write?.orders ?? []), ...versioned(step.orders)]),
    skus: new Map([...(write?.skus ?? []), ...versioned(step.skus)]),
    events: [...(write?.events ?? []), ...stockEvents(step, writing)],
  };
}

/** What a step changes in the stock: of SKUs, and by entries that persons made. */
function stockEvents({ stock, transactions }: Step, { dayOf, businessDay, now }: Writing): NewEvent[] {
  const entries = transactions.filter(({ kind }) => kind === 'entry');
  const changed = [
    ...(stock ? [stock] : []),
    ...entries.map((entry) => ({ code: entry.code, at: entry.at, day: entry.day, changes: changesOfEntry(entry) })),
  ].filter(({ changes }) => changes.length > 0);
  return changed.map((each) => {
    const { code, changes } = each;
    const { date } = dayOf(each);
    const cause = { actor: 'storeworks.ledger', correlationId: code, causationId: code, now };
    // At a time of the day of the transaction, so that the reports of a day have what the accounts have.
    const times = [each.at, now, ...['12', '00', '23'].map((hour) => Date.parse(`${date}T${hour}:00:00Z`))];
    const at = times.find((time) => businessDay(time) === date) ?? now;
    return newEvent(StockValued, { code, date, changes }, cause, new Date(at).toISOString());
  });
}

function changesOfEntry({ currency, postings }: Transaction) {
  const own = postings.filter(({ account }) => account === accounts.inventory);
  const valueMinor = own.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  return valueMinor === 0 ? [] : [{ currency, account: 'entry', units: 0, valueMinor }];
}

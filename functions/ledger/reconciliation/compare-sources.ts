import type { ReconciliationDifference } from '../../../shared/contracts/ledger/reconciliation-events.ts';

export type SourceName = 'reports' | 'ledger' | 'orders' | 'claims';

/** What a source states about one thing. Amounts of the same measure, id and currency are added. */
export type Figure = {
  measure: string;
  /** Order or event; `*` for the whole day. */
  id: string;
  currency: string;
  amountMinor: number;
  account?: string | undefined;
  eventId?: string | undefined;
};

/** The sources that state each measure. A figure that one of them lacks is a difference, also of 0. */
const sourcesOf = (measure: string): readonly SourceName[] => {
  if (measure.startsWith('promotion')) return ['orders', 'claims'];
  if (measure === 'balance') return ['ledger'];
  if (measure === 'refunds' || measure === 'changes' || measure === 'stock value') return ['reports', 'ledger'];
  return ['reports', 'ledger', 'orders'];
};

type Stated = Pick<Figure, 'measure' | 'id' | 'currency'> & { by: Partial<Record<SourceName, Sum>> };
type Sum = { amountMinor: number; eventIds: string[]; account: string | undefined };

/**
 * Every difference between the sources, by measure and id. A source that is undefined is left out. `balance` figures of the
 * ledger are those of transactions that do not sum to 0: each is a difference.
 */
export function compareSources(
  sources: Readonly<Record<SourceName, readonly Figure[] | undefined>>,
): ReconciliationDifference[] {
  const names = (['reports', 'ledger', 'orders', 'claims'] as const).filter((name) => sources[name] !== undefined);
  const sums = new Map<string, Stated>();
  for (const name of names) {
    for (const { measure, id, currency, amountMinor, account, eventId } of sources[name] ?? []) {
      const key = JSON.stringify([measure, id, currency]);
      const stated = sums.get(key) ?? { measure, id, currency, by: {} };
      const before = stated.by[name] ?? { amountMinor: 0, eventIds: [], account };
      before.amountMinor += amountMinor;
      if (eventId !== undefined) before.eventIds.push(eventId);
      sums.set(key, { ...stated, by: { ...stated.by, [name]: before } });
    }
  }
  const differences = [...sums.values()].flatMap(({ measure, id, currency, by: own }): ReconciliationDifference[] => {
    const expected = sourcesOf(measure).filter((name) => names.includes(name));
    const amounts = expected.map((name) => own[name]?.amountMinor);
    const isEqual = measure !== 'balance' && new Set(amounts).size === 1;
    if (isEqual) return [];
    const stated = names.flatMap((name) => {
      const amountMinor = own[name]?.amountMinor;
      return amountMinor === undefined ? [] : [[name, amountMinor] as const];
    });
    const { account, eventIds = [] } = own.ledger ?? {};
    return [
      { measure, id, currency, ...(account !== undefined && { account }), ...Object.fromEntries(stated), eventIds },
    ];
  });
  const keyOf = ({ measure, id, currency }: ReconciliationDifference) => JSON.stringify([measure, id, currency]);
  return differences.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The sum of the sales of a source by currency, as a figure of the day. */
export function dayTotals(figures: readonly Figure[]): Figure[] {
  const totals = new Map<string, number>();
  for (const { measure, currency, amountMinor } of figures) {
    if (measure === 'sales') totals.set(currency, (totals.get(currency) ?? 0) + amountMinor);
  }
  return Array.from(totals, ([currency, amountMinor]) => ({ measure: 'day total', id: '*', currency, amountMinor }));
}

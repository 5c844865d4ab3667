import * as z from 'zod';
import { OrderPlaced } from '../../shared/contracts/orders/events.ts';
import { OrderRefused } from '../../shared/contracts/orders/refusal-events.ts';
import { RefundPayoutFailed } from '../../shared/contracts/refunds/events.ts';
import { StockAlertRaised } from '../../shared/contracts/stock/events.ts';
import type { StoreMetric } from '../../shared/lambda/metrics.ts';
import type { Entry } from './decide.ts';

const Sale = z.object({ data: z.object({ currency: z.string(), totalMinor: z.number() }) });
const Refusal = z.object({ data: z.object({ problem: z.object({ type: z.string() }) }) });
const Alert = z.object({ data: z.object({ kind: z.string() }) });

/** A batch of events; those that the bus confirmed are published. */
export type Relayed = { entries: readonly Entry[]; published: readonly Entry[] };

/**
 * What the published events of a batch say about the store: orders, sales by currency in minor units, refusals of queued orders by
 * reason, stock-outs and failed payouts; and how old the oldest event of the batch is, which grows
 * while the bus does not take it.
 */
export function metricsOf({ entries, published }: Relayed, now: number): StoreMetric[] {
  const of = ({ detailType }: { detailType: string }) => published.filter((entry) => entry.detailType === detailType);
  const placed = of(OrderPlaced);
  const sales = placed.flatMap(({ detail }) => Sale.safeParse(JSON.parse(detail)).data?.data ?? []);
  const refusals = of(OrderRefused).flatMap(({ detail }) => Refusal.safeParse(JSON.parse(detail)).data?.data ?? []);
  const alerts = of(StockAlertRaised).flatMap(({ detail }) => Alert.safeParse(JSON.parse(detail)).data?.data ?? []);
  const times = entries.flatMap(({ time }) => (time ? [time.getTime()] : []));
  return [
    ...(times.length > 0 ? [ageOf(Math.max(0, now - Math.min(...times)))] : []),
    ...countOf('OrdersPlaced', placed.length),
    ...[...Map.groupBy(sales, ({ currency }) => currency)].map(([currency, all]): StoreMetric => ({
      name: 'SalesMinor',
      unit: 'None',
      value: all.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
      dimensions: { currency },
    })),
    ...[...Map.groupBy(refusals, ({ problem }) => problem.type)].map(([reason, all]): StoreMetric => ({
      name: 'QueuedOrderRefusals',
      unit: 'Count',
      value: all.length,
      dimensions: { reason },
    })),
    ...countOf('StockOuts', alerts.filter(({ kind }) => kind === 'out').length),
    ...countOf('PayoutFailures', of(RefundPayoutFailed).length),
  ];
}

const ageOf = (value: number): StoreMetric => ({ name: 'OldestEventAge', unit: 'Milliseconds', value });

const countOf = (name: string, value: number): StoreMetric[] => (value > 0 ? [{ name, unit: 'Count', value }] : []);

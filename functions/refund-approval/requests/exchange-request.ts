import type { Offer } from '../../../shared/catalog/offer-store.ts';
import { notSold } from '../../../shared/catalog/sku-item.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { RefundContent } from '../../../shared/contracts/refunds/refund-content.ts';
import { availableIn } from '../../../shared/stock/stock-item.ts';
import type { Outcome } from '../refund/change.ts';
import { returningUnits } from '../refund/expected-return.ts';
import type { OrderSnapshot } from '../refund/order-snapshot.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';

type ExchangeContent = Omit<RefundContent, 'requestId' | 'orderId'>;

/** Refuses an exchange that catalogue and stock at `now` (milliseconds) or the order do not allow; else undefined. */
export function refuseExchange(
  content: ExchangeContent,
  order: OrderSnapshot,
  ledger: RefundLedger,
  offer: Offer,
  now: number,
): Outcome | undefined {
  const { exchange } = content;
  if (!exchange) return undefined;
  const errors = [...otherParts(content), ...unshippedUnits(content, order, ledger)];
  if (errors.length > 0) return { kind: 'invalid', errors };

  const unsold = exchange.lines.flatMap(({ sku }, index) => {
    const refusal = notSold(offer.skus.get(sku), sku, order.currency, now);
    return refusal ? [{ ...refusal, pointer: `/exchange/lines/${index}/sku` }] : [];
  });
  const [first] = unsold;
  if (first) return { kind: 'invalid', type: first.type, errors: unsold.map(({ type: _type, ...error }) => error) };

  const bySku = Map.groupBy(exchange.lines, ({ sku }) => sku);
  const shortages = [...bySku].flatMap(([sku, lines]) => {
    const requested = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    const available = availableIn(offer.stock.get(sku));
    return available < requested ? [{ sku, requested, available }] : [];
  });
  return shortages.length > 0 ? { kind: 'out-of-stock', lines: shortages } : undefined;
}

/** An exchange includes lines only; other amounts need a request of their own. */
function otherParts(content: ExchangeContent): FieldError[] {
  const others = ['charges', 'shippingMinor', 'taxMinor', 'overpaidMinor', 'goodwillMinor'] as const;
  const detail = 'An exchange includes lines only';
  const errors = others.filter((name) => content[name]).map((name) => ({ pointer: `/${name}`, detail }));
  return content.lines ? errors : [{ pointer: '/lines', detail }, ...errors];
}

/** Units that were not shipped cannot be exchanged: the order is edited instead. */
function unshippedUnits({ lines = [] }: ExchangeContent, order: OrderSnapshot, ledger: RefundLedger): FieldError[] {
  const shipped = new Map(returningUnits(order, ledger, { lines }).map(({ lineId, quantity }) => [lineId, quantity]));
  return lines.flatMap(({ lineId, quantity }, index) =>
    quantity > 0 && shipped.get(lineId) === quantity
      ? []
      : [{ pointer: `/lines/${index}/quantity`, detail: `${shipped.get(lineId) ?? 0} unit(s) can be exchanged` }],
  );
}

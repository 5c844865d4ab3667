import {
  ExchangeSettled,
  RefundPaid,
  RefundPayoutFailed,
  StoreCreditGranted,
} from '../../../../shared/contracts/refunds/events.ts';
import { saleShape } from './change-facts.ts';
import { addFacts, eventDimensions, saleDimensions } from './fact-table.ts';
import { shareOf } from './line-amounts.ts';

export const refundFactShape = { sale: saleShape };
/** The fields of refunded components that only the facts need. */
export const componentFactShape = {
  sku: 'VARCHAR',
  category: 'VARCHAR',
  discountMinor: 'DOUBLE',
  unshippedMinor: 'DOUBLE',
  unshippedQuantity: 'DOUBLE',
};

const whole = (field: string) => `CAST(coalesce(${field}, 0) AS BIGINT)`;
const isOf = (event: { detailType: string }) => `type = '${event.detailType}'`;
const isMoney = `(${isOf(RefundPaid)} OR ${isOf(RefundPayoutFailed)})`;

/** What the component was: goods and goodwill are reversals; money above the amount due never was a sale. */
const component = `CASE
  WHEN pot = 'overpaid' OR starts_with(pot, 'payment:') THEN 'overpaid'
  WHEN pot = 'shipping' THEN 'shipping'
  WHEN starts_with(pot, 'charge:') THEN 'charge'
  WHEN starts_with(pot, 'line:') THEN 'line'
  ELSE 'goodwill' END`;

/** Amounts of a component that is not for goods that were sold are 0. */
const ofGoods = (sql: string) => `sign * CASE WHEN component IN ('line', 'goodwill') THEN ${sql} ELSE 0 END`;
const where = (name: string, sql: string) => `sign * CASE WHEN component = '${name}' THEN ${sql} ELSE 0 END`;

/**
 * SQL that adds the facts of payouts, reversed payouts, store credit and exchanges from `refund_event`. Units that were
 * cancelled before shipment are no reversal: their cancellation was one, and their money was overpaid.
 */
export const refundFacts = [
  addFacts(
    `SELECT eventId, eventType, occurredAt, hour, orderId, channel, currency, country, region, customerGroup, refundId,
       lineId, sku, category, component,
       sign * CASE WHEN component = 'line' THEN quantity - unshippedQuantity ELSE 0 END AS returnedUnits,
       ${ofGoods('net + discount')} AS grossReversals,
       ${ofGoods('sold + discountInclTax')} AS grossReversalsInclTax,
       ${ofGoods('discount')} AS discountReversals, ${ofGoods('discountInclTax')} AS discountReversalsInclTax,
       -(${where('shipping', 'net')}) AS shipping, -(${where('shipping', 'sold')}) AS shippingInclTax,
       -(${where('charge', 'net')}) AS charges,
       -(sign * CASE WHEN component = 'overpaid' THEN 0 ELSE soldTax END) AS tax,
       CASE WHEN ${isMoney} THEN sign * amountMinor ELSE 0 END AS moneyRefunded,
       sign * CASE WHEN component = 'overpaid' THEN amountMinor ELSE unshippedMinor END AS overpaidReturned,
       CASE WHEN ${isOf(StoreCreditGranted)} THEN amountMinor ELSE 0 END AS creditGranted,
       CASE WHEN ${isOf(ExchangeSettled)} THEN amountMinor ELSE 0 END AS exchanged
     FROM (SELECT *, sold - soldTax AS net,
             CASE WHEN taxIncluded AND sold > 0 THEN ${shareOf('discountMinor', 'net', 'sold')} ELSE discountMinor END AS discount,
             CASE WHEN NOT taxIncluded AND net > 0 THEN ${shareOf('discountMinor', 'sold', 'net')} ELSE discountMinor END AS discountInclTax
           FROM (SELECT *, amountMinor - unshippedMinor AS sold,
                   CASE WHEN amountMinor > 0 THEN ${shareOf('taxMinor', 'sold', 'amountMinor')} ELSE 0 END AS soldTax
                 FROM (SELECT ${eventDimensions('r')}, ${saleDimensions('r')}, type, r.refundId AS refundId, pot.pot AS pot,
                         coalesce(r.sale.taxIncluded, true) AS taxIncluded, pot.sku AS sku, pot.category AS category,
                         CASE WHEN starts_with(pot.pot, 'line:') THEN substr(pot.pot, 6) END AS lineId,
                         CASE WHEN ${isOf(RefundPayoutFailed)} THEN -1 ELSE 1 END AS sign,
                         ${component.replaceAll('pot', 'pot.pot')} AS component,
                         ${[
                           'quantity',
                           'amountMinor',
                           'taxMinor',
                           'discountMinor',
                           'unshippedMinor',
                           'unshippedQuantity',
                         ]
                           .map((name) => `${whole(`pot.${name}`)} AS ${name}`)
                           .join(', ')}
                       FROM (SELECT *, unnest(r.pots) AS pot FROM refund_event WHERE isValid))))`,
  ),
];

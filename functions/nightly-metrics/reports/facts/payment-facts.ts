import { PaymentRecorded } from '../../../../shared/contracts/orders/life-cycle-events.ts';
import { RefundPaidTwice } from '../../../../shared/contracts/refunds/events.ts';
import { isAmount, isKnownCurrency } from './checks.ts';
import { addFacts } from './fact-table.ts';

const paymentShape = JSON.stringify({
  orderId: 'VARCHAR',
  payment: { type: 'VARCHAR', amountMinor: 'DOUBLE', currency: 'VARCHAR' },
  order: { channel: 'VARCHAR', currency: 'VARCHAR', dueMinor: 'DOUBLE', capturedMinor: 'DOUBLE' },
});
const twiceShape = JSON.stringify({
  orderId: 'VARCHAR',
  refundId: 'VARCHAR',
  channel: 'VARCHAR',
  currency: 'VARCHAR',
  twiceMinor: 'DOUBLE',
});

const isOfType = (type: string) => `p.payment.type = 'payment.${type}'`;
const whole = (field: string) => `CAST(${field} AS BIGINT)`;
const base = 'id AS eventId, type AS eventType, epoch_ms(occurredMs) AS occurredAt, hour';

/** What a capture adds to the amount above the due one: nothing is due in another currency than the order's. */
const overpaid = `CASE
  WHEN NOT ${isOfType('captured')} OR p.order IS NULL THEN 0
  WHEN p.payment.currency <> p.order.currency THEN ${whole('p.payment.amountMinor')}
  ELSE least(${whole('p.payment.amountMinor')},
    greatest(0, ${whole('coalesce(p.order.capturedMinor, 0)')} - ${whole('coalesce(p.order.dueMinor, 0)')})) END`;

export const paymentEvents = [PaymentRecorded, RefundPaidTwice];

/**
 * SQL that adds the facts of captures and chargebacks. A payout that succeeded after its store credit reversed the goods a
 * second time; `RefundPaidTwice` takes that back, as the customer owes the amount.
 */
export const paymentFacts = [
  `CREATE TEMP TABLE payment_event AS
   SELECT *, p.orderId IS NOT NULL AND ${isAmount('p.payment.amountMinor')} AND ${isKnownCurrency('p.payment.currency')} AS isValid
   FROM (SELECT path, occurredMs, hour, id, type, from_json(data, '${paymentShape}') AS p FROM event
         WHERE source = '${PaymentRecorded.source}' AND type = '${PaymentRecorded.detailType}')`,
  `INSERT INTO quarantine SELECT path, 'invalid-payment', id, p.orderId FROM payment_event WHERE NOT isValid`,
  addFacts(
    `SELECT ${base}, p.orderId AS orderId, p.order.channel AS channel, p.payment.currency AS currency,
       'payment' AS component, ${overpaid} AS overpaid,
       CASE WHEN ${isOfType('captured')} THEN ${whole('p.payment.amountMinor')} ELSE 0 END AS captured,
       CASE p.payment.type WHEN 'chargeback.opened' THEN ${whole('p.payment.amountMinor')}
         WHEN 'chargeback.won' THEN -${whole('p.payment.amountMinor')} ELSE 0 END AS chargebacks
     FROM payment_event
     WHERE isValid AND p.payment.type IN ('payment.captured', 'chargeback.opened', 'chargeback.won')`,
  ),
  addFacts(
    `SELECT ${base}, t.orderId AS orderId, t.refundId AS refundId, t.channel AS channel, t.currency AS currency,
       'goodwill' AS component, -${whole('t.twiceMinor')} AS grossReversals, -${whole('t.twiceMinor')} AS grossReversalsInclTax
     FROM (SELECT occurredMs, hour, id, type, from_json(data, '${twiceShape}') AS t FROM event
           WHERE source = '${RefundPaidTwice.source}' AND type = '${RefundPaidTwice.detailType}')
     WHERE ${isAmount('t.twiceMinor')} AND ${isKnownCurrency('t.currency')}`,
  ),
  'DROP TABLE payment_event',
];

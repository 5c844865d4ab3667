import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import {
  OrderCancelled,
  OrderEdited,
  OrderExpired,
  OrderLinesCancelled,
} from '../../../shared/contracts/orders/life-cycle-events.ts';
import {
  ExchangeSettled,
  RefundPaid,
  RefundPayoutFailed,
  StoreCreditGranted,
} from '../../../shared/contracts/refunds/events.ts';

import { changeFactShape, changeFacts, editedLineShape } from './facts/change-facts.ts';
import { isAmount, isKnownCurrency } from './facts/checks.ts';
import { factTable } from './facts/fact-table.ts';
import { orderFacts, orderFactShape, orderLineFactShape } from './facts/order-facts.ts';
import { paymentEvents, paymentFacts } from './facts/payment-facts.ts';
import { stockEvents, stockMoves, stockMoveTable } from './facts/stock-moves.ts';
import { settlementEvents, settlementFacts } from './facts/settlement-facts.ts';
import { stockValueEvents, stockValueFacts } from './facts/stock-value-facts.ts';
import { visitEvents, visitFacts } from './facts/visit-facts.ts';
import { componentFactShape, refundFacts, refundFactShape } from './facts/refund-facts.ts';

/*
 * The definition of each figure, as DuckDB SQL. Amounts are whole minor units and are added within one currency only.
 * Table              Rows                              Business day
 * `placed_order`     orders, placed or imported        of the order
 * `order_line`       lines of these orders             of the order
 * `order_change`     cancellations, expiries, edits    of the change
 * `refund_posting`   components of refunds             of the payout, its reversal or the credit
 */

/**
 * A sum is exact at any size: DuckDB adds BIGINT in 128 bits, and DECIMAL is its type in Parquet files, which write HUGEINT
 * as floating point. Otherwise one channel's large orders would stop the reports of all.
 */
export const amount = (sum: string) => `CAST(coalesce(sum(${sum}), 0) AS DECIMAL(38, 0))`;

/** Measures of orders. `salesMinor` is subtotal less discount: without shipping, with the tax that prices include. */
export const orderMeasures = {
  orders: 'count(*)',
  units: amount('units'),
  subtotalMinor: amount('subtotalMinor'),
  discountMinor: amount('discountMinor'),
  salesMinor: amount('subtotalMinor - discountMinor'),
  shippingMinor: amount('shippingMinor'),
  taxMinor: amount('taxMinor'),
  totalMinor: amount('totalMinor'),
};

const lineSubtotal = 'CAST(quantity AS HUGEINT) * unitPriceMinor';

/** The measures that lines have. Shipping and tax belong to an order. */
export const lineMeasures = {
  orders: 'count(DISTINCT orderId)',
  units: amount('quantity'),
  subtotalMinor: amount(lineSubtotal),
  discountMinor: amount('discountMinor'),
  salesMinor: amount(`${lineSubtotal} - discountMinor`),
};

/** Money refunded to payments or spent on an exchange's replacement, and, separately, store credit. */
const refundMeasures = {
  refundedUnits: amount('refundedUnits'),
  refundedMinor: amount('refundedMinor'),
  refundedTaxMinor: amount('refundedTaxMinor'),
  /** The part of `refundedMinor` that was captured above the amount due. */
  overpaidMinor: amount('overpaidMinor'),
  creditedUnits: amount('creditedUnits'),
  creditedMinor: amount('creditedMinor'),
  creditedTaxMinor: amount('creditedTaxMinor'),
};

/**
 * A day's orders, the cancellations, edits and refunds made on that day for orders of any day, and the net of these.
 * `netMinor` does not deduct refunds of overpaid money, which no order's total contains.
 */
export const totalMeasures = {
  orders: amount('orders'),
  units: amount('units'),
  totalMinor: amount('totalMinor'),
  cancelledUnits: amount('cancelledUnits'),
  cancelledMinor: amount('cancelledMinor'),
  editedUnits: amount('editedUnits'),
  editedMinor: amount('editedMinor'),
  ...refundMeasures,
  netUnits: `${amount('units')} - ${amount('cancelledUnits')} + ${amount('editedUnits')} - ${amount('refundedUnits')}`,
  netMinor: `${amount('totalMinor')} - ${amount('cancelledMinor')} + ${amount('editedMinor')}
    - ${amount('refundedMinor')} + ${amount('overpaidMinor')}`,
};
/** Union of orders, changes and refunds for these measures; a row has the columns of its kind, the others are NULL. */
export const ordersChangesAndRefunds = `(
  SELECT channel, currency, 1 AS orders, units, totalMinor FROM placed_order
  UNION ALL BY NAME
  SELECT channel, currency, cancelledUnits, cancelledMinor, editedUnits, editedMinor FROM order_change
  UNION ALL BY NAME
  SELECT channel, currency, ${Object.keys(refundMeasures).join(', ')} FROM refund_posting)`;

/** Fields of `OrderPlaced` that the measures need. Numbers are read as DOUBLE, so that a fraction shows. */
const orderShape = JSON.stringify({
  orderId: 'VARCHAR',
  externalOrderId: 'VARCHAR',
  channel: 'VARCHAR',
  currency: 'VARCHAR',
  ...orderFactShape,
  shippingAddress: { country: 'VARCHAR' },
  lines: [
    {
      ...orderLineFactShape,
      sku: 'VARCHAR',
      category: 'VARCHAR',
      quantity: 'DOUBLE',
      unitPriceMinor: 'DOUBLE',
      discountMinor: 'DOUBLE',
    },
  ],
  subtotalMinor: 'DOUBLE',
  discountMinor: 'DOUBLE',
  shippingMinor: 'DOUBLE',
  taxMinor: 'DOUBLE',
  totalMinor: 'DOUBLE',
  placedAt: 'VARCHAR',
});

const texts = ['orderId', 'externalOrderId', 'channel', 'currency', 'shippingAddress.country', 'placedAt'];
const amounts = ['subtotalMinor', 'discountMinor', 'shippingMinor', 'taxMinor', 'totalMinor'];
/** Fields of the events of cancellations, expiries and edits. */
const changeShape = JSON.stringify({
  orderId: 'VARCHAR',
  externalOrderId: 'VARCHAR',
  channel: 'VARCHAR',
  currency: 'VARCHAR',
  reason: 'VARCHAR',
  lines: [{ quantity: 'DOUBLE', before: editedLineShape, after: editedLineShape }],
  cancelledMinor: 'DOUBLE',
  refundId: 'VARCHAR',
  refundedMinor: 'DOUBLE',
  ...changeFactShape,
});
/** Fields of the events of payouts, their reversals, exchanges and store credit. */
const refundShape = JSON.stringify({
  refundId: 'VARCHAR',
  orderId: 'VARCHAR',
  externalOrderId: 'VARCHAR',
  channel: 'VARCHAR',
  currency: 'VARCHAR',
  reason: 'VARCHAR',
  provider: 'VARCHAR',
  paymentId: 'VARCHAR',
  paidMinor: 'DOUBLE',
  creditMinor: 'DOUBLE',
  wasPaid: 'BOOLEAN',
  ...refundFactShape,
  pots: [{ ...componentFactShape, pot: 'VARCHAR', quantity: 'DOUBLE', amountMinor: 'DOUBLE', taxMinor: 'DOUBLE' }],
});
type Events = readonly { source: string; detailType: string }[];
const orderEvents: Events = [OrderPlaced, OrderImported];
const changeEvents: Events = [OrderCancelled, OrderLinesCancelled, OrderExpired, OrderEdited];
const refundEvents: Events = [RefundPaid, RefundPayoutFailed, StoreCreditGranted, ExchangeSettled];
const isOneOf = (events: Events) =>
  `(source, type) IN (${events.map(({ source, detailType }) => `('${source}', '${detailType}')`).join(', ')})`;

const isCredit = `type = '${StoreCreditGranted.detailType}'`;
const isExchange = `type = '${ExchangeSettled.detailType}'`;
const isReversal = `type = '${RefundPayoutFailed.detailType}'`;
const isEdit = `type = '${OrderEdited.detailType}'`;
const unitsMore = 'coalesce(line.after.quantity, 0) - coalesce(line.before.quantity, 0)';

const lineIsValid = `line.sku IS NOT NULL AND ${['quantity', 'unitPriceMinor', 'discountMinor']
  .map((field) => isAmount(`line.${field}`))
  .join(
    ' AND ',
  )} AND line.quantity * line.unitPriceMinor <= 1e12 AND (line.taxMinor IS NULL OR ${isAmount('line.taxMinor')})`;
const eachOrderLine = (holds: string) => `list_bool_and(list_transform(o.lines, lambda line: ${holds}))`;
const orderIsValid = [
  ...texts.map((field) => `o.${field} IS NOT NULL`),
  ...amounts.map((field) => isAmount(`o.${field}`)),
  `coalesce(len(o.lines) > 0 AND ${eachOrderLine(lineIsValid)}, false)`,
].join(' AND ');
const lineSum = (of: string) => `list_sum(list_transform(o.lines, lambda line: ${of}))`;
/** Why an order is impossible; NULL if it counts. */
const orderReason = `CASE
  WHEN o.currency IS NOT NULL AND NOT ${isKnownCurrency('o.currency')} THEN 'unknown-currency'
  WHEN coalesce(NOT ${eachOrderLine('coalesce(line.quantity > 0, true)')}, false) THEN 'quantity-below-one'
  WHEN NOT (${orderIsValid}) THEN 'invalid-order'
  WHEN o.subtotalMinor <> ${lineSum('line.quantity * line.unitPriceMinor')}
    OR o.discountMinor <> ${lineSum('line.discountMinor')} THEN 'amounts-do-not-add-up'
END`;

/** The value of units that were refunded before they were cancelled: their refund has it already. */
const postedByRefund = 'coalesce(c.refundedMinor, 0)';
const eachLine = (holds: string) => `list_bool_and(list_transform(c.lines, lambda line: ${holds}))`;
const changeIsValid = [
  isKnownCurrency('c.currency'),
  ...['orderId', 'externalOrderId', 'channel', 'currency'].map((field) => `c.${field} IS NOT NULL`),
  `CASE WHEN ${isEdit} THEN ${isAmount('abs(c.differences.totalMinor)')} ELSE ${isAmount('c.cancelledMinor')} AND ${isAmount(postedByRefund)} END`,
  `coalesce(len(c.lines) = 0
     OR CASE WHEN ${isEdit} THEN ${eachLine(isAmount(`abs(${unitsMore})`))} ELSE ${eachLine(isAmount('line.quantity'))} END,
     false)`,
].join(' AND ');
const unitsOf = (units: string) =>
  `CAST(coalesce(list_sum(list_transform(c.lines, lambda line: ${units})), 0) AS BIGINT)`;

const componentIsValid = `component.pot IS NOT NULL AND ${['quantity', 'amountMinor', 'taxMinor']
  .map((field) => isAmount(`component.${field}`))
  .join(' AND ')}`;
const postedMinor = `CASE WHEN ${isCredit} OR ${isExchange} THEN r.creditMinor ELSE r.paidMinor END`;
const refundIsValid = [
  isKnownCurrency('r.currency'),
  ...['refundId', 'orderId', 'externalOrderId', 'channel', 'currency'].map((field) => `r.${field} IS NOT NULL`),
  `(NOT ${isReversal} OR r.wasPaid IS NOT NULL)`,
  isAmount(postedMinor),
  `coalesce(list_bool_and(list_transform(r.pots, lambda component: ${componentIsValid})), false)`,
  `coalesce(list_sum(list_transform(r.pots, lambda component: component.amountMinor)) = ${postedMinor}, false)`,
].join(' AND ');
/** A component's figure where the condition holds, else 0; negative for a reversed payout. */
const posted = (field: string, condition: string) =>
  `CAST(CASE WHEN ${condition} THEN CASE WHEN ${isReversal} THEN -component.${field} ELSE component.${field} END ELSE 0 END AS BIGINT)`;

/** SQL that creates these four tables without rows. */
const tables = [
  `CREATE TEMP TABLE placed_order (orderId VARCHAR, externalOrderId VARCHAR, channel VARCHAR, customerId VARCHAR,
     country VARCHAR, currency VARCHAR, placedAt VARCHAR, hour VARCHAR, units BIGINT, lines BIGINT,
     ${amounts.map((name) => `${name} BIGINT`).join(', ')})`,
  `CREATE TEMP TABLE order_line (orderId VARCHAR, currency VARCHAR, sku VARCHAR, category VARCHAR, quantity BIGINT,
     unitPriceMinor BIGINT, discountMinor BIGINT)`,
  `CREATE TEMP TABLE order_change (orderId VARCHAR, externalOrderId VARCHAR, channel VARCHAR, currency VARCHAR,
     change VARCHAR, reason VARCHAR, changedAt VARCHAR, eventId VARCHAR, cancelledUnits BIGINT, cancelledMinor BIGINT,
     editedUnits BIGINT, editedMinor BIGINT)`,
  `CREATE TEMP TABLE refund_posting (refundId VARCHAR, orderId VARCHAR, externalOrderId VARCHAR, channel VARCHAR,
     currency VARCHAR, posting VARCHAR, reason VARCHAR, provider VARCHAR, paymentId VARCHAR, pot VARCHAR, postedAt VARCHAR,
     eventId VARCHAR, ${Object.keys(refundMeasures)
       .map((name) => `${name} BIGINT`)
       .join(', ')})`,
];

const placedOrders = [
  // Events before 2026-11-30 have the customer's id instead of the pseudonym.
  `CREATE TEMP TABLE order_event AS
   SELECT * REPLACE (CASE
       WHEN reason IS NULL AND id <> min(CASE WHEN reason IS NULL THEN id END) OVER (PARTITION BY o.orderId)
       THEN 'placed-twice' ELSE reason END AS reason)
   FROM (SELECT *, coalesce(customer, o.customer.id) AS customerId, ${orderReason} AS reason
         FROM (SELECT path, occurredMs, hour, id, type, customer, customerEmail, from_json(data, '${orderShape}') AS o
               FROM event WHERE ${isOneOf(orderEvents)}))`,
  `INSERT INTO quarantine SELECT path, reason, id, o.orderId FROM order_event WHERE reason IS NOT NULL`,
  `INSERT INTO order_line BY NAME
   SELECT o.orderId AS orderId, o.currency AS currency, line.sku AS sku, line.category AS category,
     CAST(line.quantity AS BIGINT) AS quantity, CAST(line.unitPriceMinor AS BIGINT) AS unitPriceMinor,
     CAST(line.discountMinor AS BIGINT) AS discountMinor
   FROM (SELECT o, unnest(o.lines) AS line FROM order_event WHERE reason IS NULL)`,
  `INSERT INTO placed_order BY NAME
   SELECT o.orderId AS orderId, o.externalOrderId AS externalOrderId, o.channel AS channel, customerId,
     o.shippingAddress.country AS country, o.currency AS currency, o.placedAt AS placedAt, hour,
     CAST(list_sum(list_transform(o.lines, lambda line: line.quantity)) AS BIGINT) AS units, len(o.lines) AS lines,
     ${amounts.map((field) => `CAST(o.${field} AS BIGINT) AS ${field}`).join(', ')}
   FROM order_event WHERE reason IS NULL`,
];

const orderChanges = [
  `CREATE TEMP TABLE change_event AS
   SELECT path, occurredMs, hour, id, type, c, ${changeIsValid} AS isValid
   FROM (SELECT path, occurredMs, hour, type, id, from_json(data, '${changeShape}') AS c FROM event
         WHERE ${isOneOf(changeEvents)})`,
  `INSERT INTO quarantine SELECT path, 'invalid-change', id, c.orderId FROM change_event WHERE NOT isValid`,
  `INSERT INTO order_change BY NAME
   SELECT c.orderId AS orderId, c.externalOrderId AS externalOrderId, c.channel AS channel, c.currency AS currency,
     type AS change, c.reason AS reason, strftime(epoch_ms(occurredMs), '%Y-%m-%dT%H:%M:%S.%gZ') AS changedAt, id AS eventId,
     CASE WHEN c.refundId IS NULL THEN ${unitsOf('coalesce(line.quantity, 0)')} ELSE 0 END AS cancelledUnits,
     CAST(coalesce(c.cancelledMinor, 0) - ${postedByRefund} AS BIGINT) AS cancelledMinor,
     ${unitsOf(unitsMore)} AS editedUnits, CAST(coalesce(c.differences.totalMinor, 0) AS BIGINT) AS editedMinor
   FROM change_event WHERE isValid`,
];

const refundPostings = [
  `CREATE TEMP TABLE refund_event AS
   SELECT path, occurredMs, hour, id, type, r, ${refundIsValid} AS isValid
   FROM (SELECT path, occurredMs, hour, type, id, from_json(data, '${refundShape}') AS r FROM event
         WHERE ${isOneOf(refundEvents)})
   WHERE NOT (${isReversal} AND coalesce(NOT r.wasPaid, false))`,
  `INSERT INTO quarantine SELECT path, 'invalid-refund', id, r.orderId FROM refund_event WHERE NOT isValid`,
  `INSERT INTO refund_posting BY NAME
   SELECT r.refundId AS refundId, r.orderId AS orderId, r.externalOrderId AS externalOrderId, r.channel AS channel,
     r.currency AS currency, type AS posting, r.reason AS reason, r.provider AS provider, r.paymentId AS paymentId,
     component.pot AS pot, strftime(epoch_ms(occurredMs), '%Y-%m-%dT%H:%M:%S.%gZ') AS postedAt, id AS eventId,
     ${posted('quantity', `NOT ${isCredit}`)} AS refundedUnits, ${posted('amountMinor', `NOT ${isCredit}`)} AS refundedMinor,
     ${posted('taxMinor', `NOT ${isCredit}`)} AS refundedTaxMinor,
     ${posted('amountMinor', `NOT ${isCredit} AND component.pot = 'overpaid'`)} AS overpaidMinor,
     ${posted('quantity', isCredit)} AS creditedUnits, ${posted('amountMinor', isCredit)} AS creditedMinor,
     ${posted('taxMinor', isCredit)} AS creditedTaxMinor
   FROM (SELECT occurredMs, id, type, r, unnest(r.pots) AS component FROM refund_event WHERE isValid)`,
];

/**
 * SQL of a day from `event` (one row per event id: `path, occurredMs, hour, source, type, data, customer, customerEmail`).
 * `tables` creates the tables above and `fact` without rows. A section fills them with the events of its types, and adds invalid events to `quarantine`; on a day without such events it is left out, as
 * planning its statements takes longer than reading a small day.
 */
export const measured = {
  tables: [...tables, factTable, stockMoveTable],
  sections: [
    { events: orderEvents, sql: [...placedOrders, ...orderFacts], hasCustomers: true },
    { events: changeEvents, sql: [...orderChanges, ...changeFacts], hasCustomers: false },
    { events: refundEvents, sql: [...refundPostings, ...refundFacts], hasCustomers: false },
    { events: paymentEvents, sql: paymentFacts, hasCustomers: false },
    { events: settlementEvents, sql: settlementFacts, hasCustomers: false },
    { events: stockValueEvents, sql: stockValueFacts, hasCustomers: false },
    { events: visitEvents, sql: visitFacts, hasCustomers: false },
    { events: stockEvents, sql: stockMoves, hasCustomers: false },
  ],
};

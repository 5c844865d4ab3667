import { OrderPlaced } from '../../shared/events/order.ts';

/**
 * What the figures mean, each in this one place, as DuckDB SQL. Amounts are whole minor units and are only ever added
 * within one currency. Figures of an order are over the table `placed_order`, figures of goods over `order_line`.
 */
const amount = (sum: string) => `CAST(sum(${sum}) AS BIGINT)`;

/** Measures of whole orders. `salesMinor` is what goods were sold for: without shipping, tax as it is in the prices. */
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

/** The same measures of lines; shipping, and tax with its rounding, belong to an order and not to a line. */
export const lineMeasures = {
  orders: 'count(DISTINCT orderId)',
  units: amount('quantity'),
  subtotalMinor: amount('quantity * unitPriceMinor'),
  discountMinor: amount('discountMinor'),
  salesMinor: amount('quantity * unitPriceMinor - discountMinor'),
};

/** Fields of `OrderPlaced` that the measures need. Numbers are read as DOUBLE, so that a fraction shows. */
const orderShape = JSON.stringify({
  orderId: 'VARCHAR',
  externalOrderId: 'VARCHAR',
  channel: 'VARCHAR',
  currency: 'VARCHAR',
  customer: { id: 'VARCHAR' },
  shippingAddress: { country: 'VARCHAR' },
  lines: [
    {
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
const isAmount = (value: string) => `coalesce(${value} BETWEEN 0 AND 1e12 AND ${value} = floor(${value}), false)`;
const lineIsWhole = `line.sku IS NOT NULL AND ${['quantity', 'unitPriceMinor', 'discountMinor']
  .map((field) => isAmount(`line.${field}`))
  .join(' AND ')}`;
const orderIsWhole = [
  ...texts.map((field) => `o.${field} IS NOT NULL`),
  ...amounts.map((field) => isAmount(`o.${field}`)),
  `coalesce(len(o.lines) > 0 AND list_bool_and(list_transform(o.lines, lambda line: ${lineIsWhole})), false)`,
].join(' AND ');

/**
 * From the table `event` (one row per distinct event of the day: `path, occurredMs, source, type, data`) and `day_hour`
 * (`label, startMs, endMs`): the tables `placed_order` and `order_line`, and in `quarantine` the orders that lack
 * something. More kinds of events become tables of their own here.
 */
export const orderTables = [
  `CREATE TEMP TABLE order_event AS
   SELECT path, occurredMs, o, ${orderIsWhole} AS isWhole
   FROM (SELECT path, occurredMs, from_json(data, '${orderShape}') AS o FROM event
         WHERE source = '${OrderPlaced.source}' AND type = '${OrderPlaced.detailType}')`,
  `INSERT INTO quarantine SELECT path, 'invalid-order' FROM order_event WHERE NOT isWhole`,
  `CREATE TEMP TABLE order_line AS
   SELECT o.orderId AS orderId, o.currency AS currency, line.sku AS sku, line.category AS category,
     CAST(line.quantity AS BIGINT) AS quantity, CAST(line.unitPriceMinor AS BIGINT) AS unitPriceMinor,
     CAST(line.discountMinor AS BIGINT) AS discountMinor
   FROM (SELECT o, unnest(o.lines) AS line FROM order_event WHERE isWhole)`,
  `CREATE TEMP TABLE placed_order AS
   SELECT o.orderId AS orderId, o.externalOrderId AS externalOrderId, o.channel AS channel, o.customer.id AS customerId,
     o.shippingAddress.country AS country, o.currency AS currency, o.placedAt AS placedAt, label AS hour,
     CAST(list_sum(list_transform(o.lines, lambda line: line.quantity)) AS BIGINT) AS units, len(o.lines) AS lines,
     ${amounts.map((field) => `CAST(o.${field} AS BIGINT) AS ${field}`).join(', ')}
   FROM order_event JOIN day_hour ON occurredMs >= startMs AND occurredMs < endMs
   WHERE isWhole`,
];

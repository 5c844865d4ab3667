import { OrderCancelled, OrderEdited, OrderExpired } from '../../../../shared/contracts/orders/life-cycle-events.ts';
import { addFacts, eventDimensions, saleDimensions } from './fact-table.ts';
import { shareOf, taxesShape, withLineAmounts } from './line-amounts.ts';

export const saleShape = { country: 'VARCHAR', customerGroup: 'VARCHAR', taxIncluded: 'BOOLEAN', taxes: taxesShape };

const pricedLine = {
  lineId: 'VARCHAR',
  sku: 'VARCHAR',
  category: 'VARCHAR',
  taxCategory: 'VARCHAR',
  unitPriceMinor: 'DOUBLE',
  discountMinor: 'DOUBLE',
  taxMinor: 'DOUBLE',
};
export const editedLineShape = { ...pricedLine, quantity: 'DOUBLE', totalMinor: 'DOUBLE' };

/** The fields of cancellations, expiries and edits that only the facts need. */
export const changeFactShape = {
  sale: saleShape,
  reversed: {
    lines: [{ ...pricedLine, quantity: 'DOUBLE', cancelledBefore: 'DOUBLE', ofQuantity: 'DOUBLE' }],
    shippingMinor: 'DOUBLE',
    shippingTaxMinor: 'DOUBLE',
    chargesMinor: 'DOUBLE',
  },
  differences: { totalMinor: 'DOUBLE', shippingMinor: 'DOUBLE', taxMinor: 'DOUBLE' },
};

const dimensions = `${eventDimensions('c')}, ${saleDimensions('c')}`;
const named = 'eventId, eventType, occurredAt, hour, orderId, channel, currency, country, region, customerGroup';
const whole = (field: string) => `CAST(coalesce(${field}, 0) AS BIGINT)`;
const isEdit = `type = '${OrderEdited.detailType}'`;
const isWhole = `type IN ('${OrderCancelled.detailType}', '${OrderExpired.detailType}')`;

const lineColumns = (line: string) =>
  `${line}.lineId AS lineId, ${line}.sku AS sku, ${line}.category AS category, ${line}.taxCategory AS taxCategory,
   c.sale.taxes AS taxes,
   ${['unitPriceMinor', 'discountMinor', 'taxMinor'].map((name) => `${whole(`${line}.${name}`)} AS ${name}`).join(', ')}`;

const cancelledLines = withLineAmounts(
  `SELECT ${dimensions}, ${lineColumns('line')}, coalesce(c.sale.taxIncluded, true) AS taxIncluded,
     ${whole('line.quantity')} AS cancelled, ${whole('line.cancelledBefore')} AS before, ${whole('line.ofQuantity')} AS quantity
   FROM (SELECT *, unnest(c.reversed.lines) AS line FROM change_event WHERE isValid)
   WHERE line.ofQuantity > 0`,
);

/** The share of the cancelled units, so that the shares of several cancellations sum to the line. */
const cancelledShare = (amount: string) =>
  `${shareOf(amount, 'before + cancelled', 'quantity')} - ${shareOf(amount, 'before', 'quantity')}`;

/** Events before 2026-12-01 do not have their parts: the whole value counts as goods. */
const hasParts = `CASE WHEN ${isEdit} THEN list_bool_and(list_transform(c.lines,
  lambda line: (line.before IS NULL OR line.before.unitPriceMinor IS NOT NULL)
    AND (line.after IS NULL OR line.after.unitPriceMinor IS NOT NULL))) ELSE c.reversed IS NOT NULL END`;

const editedLines = (line: 'before' | 'after') => {
  const own = `line.${line}`;
  // Edits before 2026-12-01 do not say whether prices contain the tax, but the totals of their lines show it.
  const contains = `${own}.totalMinor = ${own}.quantity * ${own}.unitPriceMinor - ${own}.discountMinor`;
  return withLineAmounts(
    `SELECT ${dimensions}, ${lineColumns(own)}, coalesce(c.sale.taxIncluded, ${contains}, true) AS taxIncluded,
       ${whole(`${own}.quantity`)} AS quantity
     FROM (SELECT *, unnest(c.lines) AS line FROM change_event WHERE isValid AND ${isEdit} AND ${hasParts})
     WHERE ${own} IS NOT NULL AND ${own}.unitPriceMinor IS NOT NULL`,
  );
};
const editedFacts = (line: 'before' | 'after') => {
  const sign = line === 'before' ? '' : '-';
  return `SELECT ${named}, lineId, sku, category, taxIncluded, taxMinor, '${line}' AS side, ${sign}quantity AS reversedUnits,
    ${sign}list AS grossReversals, ${sign}listInclTax AS grossReversalsInclTax, ${sign}lineDiscount AS discountReversals,
    ${sign}lineDiscountInclTax AS discountReversalsInclTax, -(${sign}taxMinor) AS tax
  FROM (${editedLines(line)})`;
};

const reversals = [
  'reversedUnits',
  'grossReversals',
  'grossReversalsInclTax',
  'discountReversals',
  'discountReversalsInclTax',
];
const summed = [...reversals, 'tax'].map((name) => `CAST(sum(${name}) AS BIGINT) AS ${name}`).join(', ');

/**
 * SQL that adds the facts of cancellations, expiries and edits from `change_event`: what they take out of sales, and, as
 * negative reversals, what an edit adds.
 */
export const changeFacts = [
  addFacts(
    `SELECT ${named}, lineId, sku, category, 'line' AS component, cancelled AS reversedUnits,
       net + discount AS grossReversals, net + taxShare + discountInclTax AS grossReversalsInclTax,
       discount AS discountReversals, discountInclTax AS discountReversalsInclTax, -taxShare AS tax
     FROM (SELECT * EXCLUDE (net), ${cancelledShare('net')} AS net, ${cancelledShare('lineDiscount')} AS discount,
             ${cancelledShare('lineDiscountInclTax')} AS discountInclTax, ${cancelledShare('taxMinor')} AS taxShare
           FROM (${cancelledLines}))`,
  ),
  addFacts(
    `SELECT ${dimensions}, 'order' AS component, CAST(${isWhole} AS BIGINT) AS cancelledOrders,
       -${whole('c.reversed.shippingTaxMinor')} AS tax, -${whole('c.reversed.chargesMinor')} AS charges,
       -(${whole('c.reversed.shippingMinor')}
         - CASE WHEN c.sale.taxIncluded THEN ${whole('c.reversed.shippingTaxMinor')} ELSE 0 END) AS shipping,
       -(${whole('c.reversed.shippingMinor')}
         + CASE WHEN c.sale.taxIncluded THEN 0 ELSE ${whole('c.reversed.shippingTaxMinor')} END) AS shippingInclTax
     FROM change_event WHERE isValid AND NOT ${isEdit} AND c.reversed IS NOT NULL`,
  ),
  addFacts(
    `SELECT ${named}, 'line' AS component, CAST(eventType <> '${OrderEdited.detailType}' AND isWhole AS BIGINT) AS cancelledOrders,
       units AS reversedUnits, amount AS grossReversals, amount AS grossReversalsInclTax
     FROM (SELECT ${dimensions}, ${isWhole} AS isWhole,
             cancelledUnits - editedUnits AS units, cancelledMinor - editedMinor AS amount
           FROM change_event JOIN order_change ON order_change.eventId = change_event.id
           WHERE isValid AND NOT coalesce(${hasParts}, false))`,
  ),
  `CREATE TEMP TABLE edited_line AS ${editedFacts('before')} UNION ALL BY NAME ${editedFacts('after')}`,
  addFacts(
    `SELECT ${named}, lineId, sku, category, 'line' AS component, ${summed}
     FROM edited_line GROUP BY ${named}, lineId, sku, category`,
  ),
  addFacts(
    `WITH edit AS (SELECT eventId, CAST(sum(tax) AS BIGINT) AS tax, bool_and(taxIncluded) AS taxIncluded
                   FROM edited_line GROUP BY eventId)
     SELECT ${named}, 'order' AS component, tax, shippingMinor - CASE WHEN taxIncluded THEN tax ELSE 0 END AS shipping,
       shippingMinor + CASE WHEN taxIncluded THEN 0 ELSE tax END AS shippingInclTax
     FROM (SELECT ${dimensions}, coalesce(c.sale.taxIncluded, edit.taxIncluded, true) AS taxIncluded,
             ${whole('c.differences.shippingMinor')} AS shippingMinor,
             ${whole('c.differences.taxMinor')} - coalesce(edit.tax, 0) AS tax
           FROM change_event LEFT JOIN edit ON edit.eventId = change_event.id
           WHERE isValid AND ${isEdit} AND ${hasParts})
     WHERE shippingMinor <> 0 OR tax <> 0`,
  ),
  'DROP TABLE edited_line',
];

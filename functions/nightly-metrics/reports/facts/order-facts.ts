import { addFacts, eventDimensions, regionOf } from './fact-table.ts';
import { shareOf, taxesShape, withLineAmounts } from './line-amounts.ts';

/** The fields of `OrderPlaced` that only the facts need. */
export const orderFactShape = {
  customer: { id: 'VARCHAR', email: 'VARCHAR', group: 'VARCHAR' },
  taxIncluded: 'BOOLEAN',
  taxes: taxesShape,
  charges: [{ amountMinor: 'DOUBLE' }],
  discounts: [
    {
      code: 'VARCHAR',
      promotionId: 'VARCHAR',
      target: 'VARCHAR',
      appliedMinor: 'DOUBLE',
      lines: [{ lineId: 'VARCHAR', amountMinor: 'DOUBLE' }],
    },
  ],
};
export const orderLineFactShape = {
  lineId: 'VARCHAR',
  partOf: 'VARCHAR',
  taxMinor: 'DOUBLE',
  taxCategory: 'VARCHAR',
};

const dimensions = `${eventDimensions('o')}, o.shippingAddress.country AS country,
  ${regionOf('o.shippingAddress.country', 'o.taxes')} AS region, o.customer."group" AS customerGroup`;
const named = 'eventId, eventType, occurredAt, hour, orderId, channel, currency, country, region, customerGroup';
const whole = (field: string) => `CAST(coalesce(${field}, 0) AS BIGINT)`;

const placedLines = withLineAmounts(
  `SELECT ${dimensions}, line.lineId AS lineId, coalesce(line.partOf, line.lineId) AS requestedLine, line.sku AS sku,
     line.category AS category, line.taxCategory AS taxCategory, o.taxes AS taxes,
     coalesce(o.taxIncluded, true) AS taxIncluded, CAST(line.quantity AS BIGINT) AS quantity,
     ${['unitPriceMinor', 'discountMinor', 'taxMinor'].map((name) => `${whole(`line.${name}`)} AS ${name}`).join(', ')}
   FROM (SELECT *, unnest(o.lines) AS line FROM order_event WHERE reason IS NULL)`,
);

/** Discounts by promotion of the lines that were requested: one that several warehouses ship is one line. */
const promotionShares = `
  SELECT id AS eventId, discount.promotionId AS promotion,
    CASE WHEN discount.code <> coalesce(discount.promotionId, '') THEN discount.code END AS code,
    part.lineId AS requestedLine, CAST(part.amountMinor AS BIGINT) AS amountMinor
  FROM (SELECT id, discount, unnest(discount.lines) AS part
        FROM (SELECT id, unnest(o.discounts) AS discount FROM order_event WHERE reason IS NULL)
        WHERE coalesce(discount.target, '') <> 'shipping')
  WHERE part.amountMinor > 0 AND part.amountMinor = floor(part.amountMinor)`;

/** Each discount is the difference of two rounded shares, so that the promotions of a line sum to its discount. */
const shareAt = (amount: string) =>
  `${shareOf(amount, 'upTo', 'ofMinor')} - ${shareOf(amount, 'upTo - amountMinor', 'ofMinor')}`;

/**
 * SQL that adds the facts of placed orders from `order_event`, and creates `discounted_line`. A row for the order, a row for
 * each line and a row for each discount of a line, by promotion; discounts without a promotion have none.
 */
export const orderFacts = [
  `CREATE TEMP TABLE placed_line AS ${placedLines}`,
  addFacts(
    `SELECT ${named}, lineId, sku, category, 'line' AS component, quantity AS units, list AS grossSales,
       listInclTax AS grossSalesInclTax, taxMinor AS tax
     FROM placed_line`,
  ),
  addFacts(
    `WITH line_tax AS (SELECT eventId, sum(taxMinor) AS ofLines FROM placed_line GROUP BY eventId)
     SELECT ${named}, 'order' AS component, tax, charges,
       shippingMinor - CASE WHEN taxIncluded THEN tax ELSE 0 END AS shipping,
       shippingMinor + CASE WHEN taxIncluded THEN 0 ELSE tax END AS shippingInclTax
     FROM (SELECT ${dimensions}, coalesce(o.taxIncluded, true) AS taxIncluded, ${whole('o.shippingMinor')} AS shippingMinor,
             ${whole('o.taxMinor')} - CAST(coalesce(ofLines, 0) AS BIGINT) AS tax,
             ${whole('list_sum(list_transform(o.charges, lambda charge: charge.amountMinor))')} AS charges
           FROM order_event LEFT JOIN line_tax ON line_tax.eventId = order_event.id WHERE reason IS NULL)`,
  ),
  `CREATE TEMP TABLE discounted_line AS
   SELECT ${named}, requestedLine, min(sku) AS sku, min(category) AS category, sum(discountMinor) AS discountMinor,
     CAST(sum(lineDiscount) AS BIGINT) AS lineDiscount, CAST(sum(lineDiscountInclTax) AS BIGINT) AS lineDiscountInclTax
   FROM placed_line WHERE discountMinor > 0 GROUP BY ALL`,
  `DROP TABLE placed_line`,
  `CREATE TEMP TABLE discount_share AS
   SELECT line.* EXCLUDE (discountMinor), promotion, code, amountMinor,
     greatest(line.discountMinor, sum(amountMinor) OVER (PARTITION BY eventId, requestedLine)) AS ofMinor,
     sum(amountMinor) OVER (PARTITION BY eventId, requestedLine ORDER BY promotion, code, amountMinor
       ROWS UNBOUNDED PRECEDING) AS upTo
   FROM discounted_line AS line JOIN (${promotionShares}) AS share USING (eventId, requestedLine)`,
  addFacts(
    `SELECT ${named}, requestedLine AS lineId, sku, category, 'discount' AS component, promotion, code,
       ${shareAt('lineDiscount')} AS discounts, ${shareAt('lineDiscountInclTax')} AS discountsInclTax
     FROM discount_share`,
  ),
  addFacts(
    `WITH named_discount AS (
       SELECT eventId, requestedLine, CAST(sum(${shareAt('lineDiscount')}) AS BIGINT) AS named,
         CAST(sum(${shareAt('lineDiscountInclTax')}) AS BIGINT) AS namedInclTax
       FROM discount_share GROUP BY ALL)
     SELECT ${named}, requestedLine AS lineId, sku, category, 'discount' AS component,
       lineDiscount - coalesce(named, 0) AS discounts, lineDiscountInclTax - coalesce(namedInclTax, 0) AS discountsInclTax
     FROM discounted_line LEFT JOIN named_discount USING (eventId, requestedLine)
     WHERE lineDiscount <> coalesce(named, 0) OR lineDiscountInclTax <> coalesce(namedInclTax, 0)`,
  ),
  addFacts(
    `SELECT ${named}, 'discount' AS component, discount.promotionId AS promotion,
       CASE WHEN discount.code <> coalesce(discount.promotionId, '') THEN discount.code END AS code,
       CAST(discount.appliedMinor AS BIGINT) AS shippingDiscountsInclTax
     FROM (SELECT ${dimensions}, unnest(o.discounts) AS discount FROM order_event WHERE reason IS NULL)
     WHERE discount.target = 'shipping' AND discount.appliedMinor > 0`,
  ),
  'DROP TABLE discounted_line',
  'DROP TABLE discount_share',
];

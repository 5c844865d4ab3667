/**
 * A saved query over the tables of the reports, in SQL that Athena and DuckDB both have. `?` are the days that `parameters`
 * describe, in their order: Athena asks for them.
 */
export type NamedQuery = { name: string; description: string; parameters: readonly string[]; sql: string };

const range = ['first day, such as 2026-11-01', 'last day'];
const inRange = 'dt BETWEEN ? AND ?';
const placements = "eventType IN ('OrderPlaced', 'OrderImported')";

/** The questions of finance. Amounts are minor units, by currency. */
export const namedQueries: readonly NamedQuery[] = [
  {
    name: 'what-did-we-sell',
    description:
      'Sales of each day by channel: gross sales, discounts, reversals, net sales, shipping, tax, total sales.',
    parameters: range,
    sql: `SELECT dt, channel, currency, orders, units, grossSales, discounts, reversals, netSales, shipping, tax, totalSales
FROM totals_by_channel WHERE ${inRange} ORDER BY dt, channel, currency`,
  },
  {
    name: 'what-sold-best',
    description: 'Net sales and units of each SKU, the highest first.',
    parameters: range,
    sql: `SELECT sku, currency, sum(units) AS units, sum(reversedUnits) AS reversedUnits, sum(netSales) AS netSales
FROM metrics_by_sku WHERE ${inRange} GROUP BY sku, currency ORDER BY netSales DESC, sku, currency LIMIT 1000`,
  },
  {
    name: 'what-was-reversed-since',
    description:
      'What was taken out of the sales of one day, by the day on which it happened: cancelled, expired, edited, refunded, exchanged or credited.',
    parameters: ['day of the orders', 'the same day again'],
    sql: `SELECT dt, eventType, currency, count(DISTINCT orderId) AS orders, sum(grossReversals - discountReversals) AS reversals
FROM facts WHERE dt >= ? AND grossReversals <> 0
  AND orderId IN (SELECT orderId FROM facts WHERE dt = ? AND ${placements})
GROUP BY dt, eventType, currency ORDER BY dt, eventType, currency`,
  },
  {
    name: 'tax-by-country',
    description:
      'Tax of what was sold, less what was taken out of sales, by country and region. The tax that is due is that of the ledger: /ledger/tax-returns.',
    parameters: range,
    sql: `SELECT country, region, currency, sum(tax) AS tax, sum(grossSales - discounts - grossReversals + discountReversals) AS netSales
FROM facts WHERE ${inRange} AND component NOT IN ('payment', 'settlement', 'visit') AND component NOT LIKE 'stock-%'
GROUP BY country, region, currency ORDER BY country, region, currency`,
  },
  {
    name: 'promotion-cost',
    description: 'Discounts of each promotion on goods and shipping, and the orders of each day that had it, added.',
    parameters: range,
    sql: `SELECT promotion, currency, sum(orders) AS orders, sum(discountsInclTax) AS discountsInclTax,
  sum(shippingDiscountsInclTax) AS shippingDiscountsInclTax
FROM metrics_by_promotion WHERE ${inRange} GROUP BY promotion, currency ORDER BY promotion, currency`,
  },
  {
    name: 'what-is-in-stock',
    description:
      'Stock of each category at the end of each day, at the cost of the ledger, and what was received, sold, written off and missing.',
    parameters: range,
    sql: `SELECT dt, category, currency, openingStock, stockReceived, costOfGoods, giftCost, writeOffs, shrinkage, closingStock
FROM stock_value_by_category WHERE ${inRange} ORDER BY dt, category, currency`,
  },
  {
    name: 'provider-owes-us',
    description:
      'Money at payment providers by day: captured, less refunded and charged back. Their payouts and fees are in the ledger: /ledger/accounts.',
    parameters: range,
    sql: `SELECT dt, currency, sum(captured) AS captured, sum(moneyRefunded) AS refunded, sum(chargebacks) AS chargebacks,
  sum(captured - moneyRefunded - chargebacks) AS providerOwes
FROM facts WHERE ${inRange} GROUP BY dt, currency
HAVING sum(captured) <> 0 OR sum(moneyRefunded) <> 0 OR sum(chargebacks) <> 0 ORDER BY dt, currency`,
  },
];

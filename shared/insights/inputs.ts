import { literal } from '../lake/sql.ts';

/**
 * What insights are computed from, for every day of the history: `sale` (units, and gross sales less discounts in minor
 * units), `basket` (the SKUs of an order, once each) and `purchase` (orders of customers by pseudonym; guests have none).
 */
export const inputTables: readonly string[] = [
  'CREATE TEMP TABLE sale (day DATE, channel VARCHAR, sku VARCHAR, currency VARCHAR, units BIGINT, sales BIGINT)',
  'CREATE TEMP TABLE basket (orderId VARCHAR, sku VARCHAR)',
  'CREATE TEMP TABLE purchase (customerId VARCHAR, currency VARCHAR, day DATE, sales BIGINT)',
];

const isPlacement = "eventType IN ('OrderPlaced', 'OrderImported')";

/** Adds the orders of a day from the Parquet files of its reports `facts` and `orders`; of older days, without their baskets. */
export const addDay = (day: string, facts: string, orders: string, { hasBaskets = true } = {}): readonly string[] => [
  `INSERT INTO sale SELECT DATE ${literal(day)}, channel, sku, currency, sum(units), sum(grossSales - discounts)
   FROM read_parquet(${literal(facts)}) WHERE ${isPlacement} AND component IN ('line', 'discount') AND sku IS NOT NULL
   GROUP BY channel, sku, currency`,
  ...(hasBaskets
    ? [
        `INSERT INTO basket SELECT DISTINCT orderId, sku FROM read_parquet(${literal(facts)})
         WHERE ${isPlacement} AND component = 'line' AND sku IS NOT NULL`,
      ]
    : []),
  `INSERT INTO purchase SELECT customerId, currency, DATE ${literal(day)}, subtotalMinor - discountMinor
   FROM read_parquet(${literal(orders)}) WHERE customerId IS NOT NULL`,
];

/** SKUs of the largest basket whose pairs are counted: their number grows with its square. */
const maxBasketSkus = 200;

/** Removes larger baskets, such as first orders of a reseller. */
export const dropLargeBaskets = `DELETE FROM basket WHERE orderId IN
  (SELECT orderId FROM basket GROUP BY orderId HAVING count(*) > ${maxBasketSkus})`;

import { literal } from '../lake/sql.ts';

/** Shares of the sales of a currency at which the classes A and B end, and days without a sale of slow and idle SKUs. */
const itemBorders = { a: 0.8, b: 0.95, slowDays: 60, idleDays: 180 } as const;

/**
 * SKUs that were sold in the 365 days up to `day`, by currency: class A makes the first 80 % of the sales, B the next 15 %, C the
 * rest. The SKU that crosses a border belongs to the class before it.
 */
export const itemsOn = (day: string) => `
  WITH sold AS (
    SELECT sku, currency, sum(units) AS units, sum(sales) AS sales,
      datediff('day', max(day), DATE ${literal(day)}) AS daysSinceSale
    FROM sale WHERE day <= DATE ${literal(day)} AND day > DATE ${literal(day)} - 365 AND units > 0 GROUP BY sku, currency),
  ranked AS (
    SELECT *, sum(sales) OVER (PARTITION BY currency ORDER BY sales DESC, sku) - sales AS before,
      sum(sales) OVER (PARTITION BY currency) AS allSales FROM sold)
  SELECT sku, currency, units, sales, daysSinceSale, sales / nullif(allSales, 0) AS share,
    CASE WHEN before < ${itemBorders.a} * allSales THEN 'A' WHEN before < ${itemBorders.b} * allSales THEN 'B' ELSE 'C' END AS class,
    CASE WHEN daysSinceSale >= ${itemBorders.idleDays} THEN 'idle' WHEN daysSinceSale >= ${itemBorders.slowDays} THEN 'slow'
      ELSE 'moving' END AS movement
  FROM ranked`;

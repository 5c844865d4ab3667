import { literal } from '../lake/sql.ts';

/** A customer without an order in this many days has churned. */
const churnDays = 90;

/** Customers at the end of a day, in cells of days since the last order and number of orders. */
const cellsOn = (day: string) => `
  SELECT customerId, least(datediff('day', max(day), ${day}) // 30, 6) AS recency, least(count(*), 4) AS orders
  FROM purchase WHERE day <= ${day} GROUP BY customerId`;

/** The customers of a day, and whether they churned in the 90 days after it. */
const outcomesOn = (day: string) => `
  SELECT cell.*, CASE WHEN later.customerId IS NULL THEN 1 ELSE 0 END AS churned FROM (${cellsOn(day)}) AS cell
  LEFT JOIN (SELECT DISTINCT customerId FROM purchase WHERE day > ${day} AND day <= ${day} + ${churnDays}) AS later
    USING (customerId)`;

/** The share of a cell that churned, with two customers of the overall share added, so that a small cell is near it. */
const risksFrom = (day: string) => `
  SELECT recency, orders, (sum(churned) + 2 * any_value(overall)) / (count(*) + 2) AS risk
  FROM (SELECT *, avg(churned) OVER () AS overall FROM (${outcomesOn(day)})) GROUP BY recency, orders`;

/** A cell that the earlier day did not have gets the overall share of that day. */
const predicted = (customers: string, learned: string) => `
  SELECT customer.*, coalesce(risk, (SELECT avg(churned) FROM (${outcomesOn(learned)}))) AS risk
  FROM (${customers}) AS customer LEFT JOIN (${risksFrom(learned)}) USING (recency, orders)`;

const before = (day: string, periods: number) => `(DATE ${literal(day)} - ${periods * churnDays})`;

/** The risk of every customer of `day` to place no order in the next 90 days, as observed in the 90 days before it. */
export const churnRisks = (day: string) =>
  `SELECT customerId, risk FROM (${predicted(cellsOn(`DATE ${literal(day)}`), before(day, 1))})`;

const tenths = (customers: string) => `
  SELECT CAST(least(floor(risk * 10), 9) AS INTEGER) AS tenth, count(*) AS customers, avg(risk) AS predicted,
    avg(churned) AS observed
  FROM (${customers}) WHERE risk IS NOT NULL GROUP BY tenth`;

/**
 * The risks of the customers of 90 days ago, each learned from the other half of them, beside what was observed of the customers
 * since: by tenths of the risk. So a customer is held out from what predicts them. Empty with a history below 90 days.
 */
export const churnCalibration = (day: string) => `
  WITH outcome AS (
    SELECT *, ascii(md5(customerId)) % 2 AS half, avg(churned) OVER (PARTITION BY half) AS overall
    FROM (${outcomesOn(before(day, 1))})),
  learned AS (
    SELECT 1 - half AS half, recency, orders, (sum(churned) + 2 * any_value(overall)) / (count(*) + 2) AS risk
    FROM outcome GROUP BY half, recency, orders),
  other AS (SELECT 1 - half AS half, any_value(overall) AS risk FROM outcome GROUP BY half)
  ${tenths(`SELECT churned, coalesce(learned.risk, other.risk) AS risk FROM outcome
    LEFT JOIN learned USING (half, recency, orders) LEFT JOIN other USING (half)`)}`;

/**
 * What the risks of 90 days ago, which were learned from the 90 days before those, predicted for the last 90 days, beside what
 * was observed: it shows how far the season moves risks. Empty with a history below 180 days.
 */
export const churnOverTime = (day: string) => tenths(predicted(outcomesOn(before(day, 1)), before(day, 2)));

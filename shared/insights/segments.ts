import { literal } from '../lake/sql.ts';

/** The eleven segments. Scores are 1 to 5 by fifths of the customers; 5 is the most recent, or the most orders and sales. */
export const segments = {
  champions: 'Recency 5 and value 4 or 5, or recency 4 and value 5',
  loyal: 'Recency 4 and value 4, or recency 3 and value 4 or 5',
  'potential-loyalists': 'Recency 4 or 5 and value 2 or 3',
  new: 'Recency 5 and value 1',
  promising: 'Recency 4 and value 1',
  'need-attention': 'Recency 3 and value 3',
  'about-to-sleep': 'Recency 3 and value 1 or 2',
  'cannot-lose': 'Recency 1 and value 5',
  'at-risk': 'Recency 2 and value 3 to 5, or recency 1 and value 3 or 4',
  hibernating: 'Recency 2 and value 1 or 2',
  lost: 'Recency 1 and value 1 or 2',
} as const;
type Segment = keyof typeof segments;

/** Segments by recency 1 to 5, then by value 1 to 5. */
const grid: readonly (readonly Segment[])[] = [
  ['lost', 'lost', 'at-risk', 'at-risk', 'cannot-lose'],
  ['hibernating', 'hibernating', 'at-risk', 'at-risk', 'at-risk'],
  ['about-to-sleep', 'about-to-sleep', 'need-attention', 'loyal', 'loyal'],
  ['promising', 'potential-loyalists', 'potential-loyalists', 'loyal', 'champions'],
  ['new', 'potential-loyalists', 'potential-loyalists', 'champions', 'champions'],
];

/** The cells of each segment, such as `R5V4`: recency 5 and value 4. */
export const cellsOf = (segment: string): string[] =>
  grid.flatMap((row, recency) =>
    row.flatMap((each, value) => (each === segment ? [`R${recency + 1}V${value + 1}`] : [])),
  );

const cells = grid.flatMap((row, recency) =>
  row.map((segment, value) => `(${recency + 1}, ${value + 1}, ${literal(segment)})`),
);

/** Equal customers have equal scores, so that the order of the rows does not decide. */
const score = (order: string, within = '') =>
  `1 + least(4, (5 * (rank() OVER (${within} ORDER BY ${order}) - 1)) // count(*) OVER (${within}))`;

/**
 * Customers with recency in days, orders, sales, scores and the one segment of each, on the evening of `day`. `value` is the
 * mean of the scores of orders and sales, rounded up. Currencies are not added: a customer has the sales of the currency
 * with most of their orders, and a score among the customers of that currency.
 */
export const customersOn = (day: string) => `
  WITH currencies AS (
    SELECT customerId, currency, count(*) AS own, sum(sales) AS sales
    FROM purchase WHERE day <= DATE ${literal(day)} GROUP BY customerId, currency),
  customers AS (
    SELECT customerId, datediff('day', max(day), DATE ${literal(day)}) AS recencyDays, count(*) AS orders
    FROM purchase WHERE day <= DATE ${literal(day)} GROUP BY customerId),
  main AS (
    SELECT customerId, currency, sales FROM currencies
    QUALIFY row_number() OVER (PARTITION BY customerId ORDER BY own DESC, currency) = 1),
  scored AS (
    SELECT customerId, currency, recencyDays, orders, sales, ${score('recencyDays DESC')} AS recencyScore,
      ${score('orders')} AS orderScore, ${score('sales', 'PARTITION BY currency')} AS salesScore
    FROM customers JOIN main USING (customerId))
  SELECT scored.*, segment FROM (SELECT *, (orderScore + salesScore + 1) // 2 AS valueScore FROM scored) AS scored
  JOIN (VALUES ${cells.join(', ')}) AS cell (recency, value, segment)
    ON recency = recencyScore AND value = valueScore`;

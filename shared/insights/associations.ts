/** Baskets that have both SKUs of a pair; with fewer, a measure is chance. */
export const minPairBaskets = 20;

/** SKUs that are in enough baskets to be in a pair, in how many, and how many baskets there are. */
export const basketCounts = `
  SELECT sku, count(*) AS baskets, (SELECT count(DISTINCT orderId) FROM basket) AS allBaskets
  FROM basket GROUP BY sku HAVING count(*) >= ${minPairBaskets}`;

/**
 * Pairs in both directions, with: `support`, the share of baskets that have both; `confidence`, the share of the baskets with
 * `sku` that also have `withSku`; `lift`, confidence over the share of all baskets that have `withSku`; and Zhang's measure,
 * −1 (never together) to 1 (never apart), 0 if independent: Zhang, 2000.
 */
export const associations = `
  WITH counted AS (${basketCounts}),
  paired AS (
    SELECT a.sku, b.sku AS withSku, count(*) AS baskets
    FROM basket a JOIN basket b ON a.orderId = b.orderId AND a.sku <> b.sku
    WHERE a.sku IN (SELECT sku FROM counted) AND b.sku IN (SELECT sku FROM counted)
    GROUP BY a.sku, b.sku HAVING count(*) >= ${minPairBaskets}),
  shares AS (
    SELECT paired.*, paired.baskets / a.allBaskets AS support, a.baskets / a.allBaskets AS own, b.baskets / a.allBaskets AS other
    FROM paired JOIN counted a USING (sku) JOIN counted b ON b.sku = paired.withSku)
  SELECT sku, withSku, baskets, support, support / own AS confidence, support / (own * other) AS lift,
    coalesce((support - own * other) / nullif(greatest(support * (1 - own), own * (other - support)), 0), 0) AS zhang
  FROM shares`;

/** Probability of `least` or more of a Poisson distribution with this mean. */
function poissonTail(mean: number, least: number): number {
  let term = Math.exp(-mean);
  let below = 0;
  for (let count = 0; count < least; count += 1) {
    below += term;
    term *= mean / (count + 1);
  }
  return Math.max(0, 1 - below);
}

/**
 * The number of pairs (without direction) that would reach the threshold if every SKU were in a basket independently of the
 * others: as many measured pairs as this say nothing. `counts` are the baskets of each SKU of `basketCounts`.
 */
export function pairsByChance(counts: readonly number[], allBaskets: number): number {
  const skusByCount = [...Map.groupBy(counts, (count) => count)].map(([count, skus]) => [count, skus.length] as const);
  let pairs = 0;
  for (const [index, [count, skus]] of skusByCount.entries()) {
    for (const [other, others] of skusByCount.slice(index)) {
      const combinations = count === other ? (skus * (skus - 1)) / 2 : skus * others;
      pairs += combinations * poissonTail((count * other) / allBaskets, minPairBaskets);
    }
  }
  return pairs;
}

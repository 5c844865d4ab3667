/** A fraction of whole numbers that are at least 0, rounded half up as `roundHalfUp` rounds. */
const roundedHalfUp = (numerator: string, denominator: string) =>
  `CAST((2 * CAST(${numerator} AS HUGEINT) + (${denominator})) // (2 * CAST(${denominator} AS HUGEINT)) AS BIGINT)`;

/** The part of an amount that belongs to `part` of `whole` units; `whole` is above 0. */
export const shareOf = (amount: string, part: string, whole: string) =>
  `CASE WHEN ${amount} = 0 THEN 0 ELSE ${roundedHalfUp(`CAST(${amount} AS HUGEINT) * (${part})`, whole)} END`;

/** The rates of an order, in its JSON. */
export const taxesShape = [{ rateId: 'VARCHAR', jurisdiction: 'VARCHAR', percentage: 'VARCHAR', kind: 'VARCHAR' }];

/** Percentages have up to four decimals. A rate above 400 % is unknown, so that no product is above 64 bits. */
const tenThousandths = (percentage: string) => `CAST(round(10000 * TRY_CAST(${percentage} AS DOUBLE)) AS BIGINT)`;
const scaledPercentage = (percentage: string) =>
  `CASE WHEN TRY_CAST(${percentage} AS DOUBLE) BETWEEN 0 AND 400 THEN ${tenThousandths(percentage)} END`;
const containedTax = (amount: string, scaled: string) =>
  roundedHalfUp(
    `CAST(${amount} AS HUGEINT) * (${scaled})`,
    `CASE WHEN taxIncluded THEN 1000000 + (${scaled}) ELSE 1000000 END`,
  );

/**
 * The rate of a line, as the ledger finds it: the only one of the order, that of its tax category, or the first that gives
 * its tax. NULL if none does, as where state and county tax one line.
 */
const scaledRate = () => {
  const ofCategory = `list_filter(taxes, lambda rate: coalesce(rate.kind, rate.rateId) = coalesce(taxCategory, 'standard'))`;
  const thatGivesTax = `list_filter(taxes, lambda rate: abs(${containedTax('paidMinor', scaledPercentage('rate.percentage'))} - taxMinor) <= 1)`;
  return `CASE
    WHEN len(taxes) = 1 THEN ${scaledPercentage('taxes[1].percentage')}
    WHEN len(${ofCategory}) = 1 THEN ${scaledPercentage(`${ofCategory}[1].percentage`)}
    ELSE ${scaledPercentage(`${thatGivesTax}[1].percentage`)}
  END`;
};

/**
 * Adds the amounts of whole lines to a query that has `quantity`, `unitPriceMinor`, `discountMinor`, `taxMinor`, `taxes`,
 * `taxCategory` and `taxIncluded`: list price and discount with and without tax, and what is left of them without tax. The
 * ledger has the same rules in TypeScript (`functions/ledger/posting/line-amounts.ts`).
 */
export const withLineAmounts = (query: string) => `
  SELECT * EXCLUDE (taxes, grossMinor, paidMinor, scaledRate, listTax, listOnly),
    net + lineDiscount AS list,
    CASE WHEN taxIncluded THEN grossMinor ELSE net + lineDiscount + listTax END AS listInclTax,
    CASE WHEN taxIncluded THEN grossMinor ELSE net + lineDiscount + listTax END - net - taxMinor AS lineDiscountInclTax
  FROM (SELECT *,
      paidMinor - CASE WHEN taxIncluded THEN taxMinor ELSE 0 END AS net,
      CASE WHEN taxIncluded THEN grossMinor - listTax ELSE grossMinor END AS listOnly,
      greatest(0, listOnly - net) AS lineDiscount
    FROM (SELECT *,
        CASE
          WHEN discountMinor = 0 THEN taxMinor
          WHEN scaledRate IS NOT NULL THEN ${containedTax('grossMinor', 'scaledRate')}
          WHEN paidMinor > 0 THEN ${roundedHalfUp('CAST(taxMinor AS HUGEINT) * grossMinor', 'paidMinor')}
          ELSE 0
        END AS listTax
      FROM (SELECT *, CASE WHEN discountMinor > 0 THEN ${scaledRate()} END AS scaledRate
        FROM (SELECT *, quantity * unitPriceMinor AS grossMinor, grossMinor - discountMinor AS paidMinor
          FROM (${query})))))`;

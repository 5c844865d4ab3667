/**
 * The facts of a business day: one row per event and order line, discount, refunded component, payment, line of a provider’s statement or hour of visits. Every figure of
 * a report is a sum, or a count of distinct orders, over rows of this table.
 */
export const factDimensions = [
  'eventId',
  'eventType',
  /** UTC, ISO 8601. */
  'occurredAt',
  /** Local start of the hour with its offset. */
  'hour',
  'orderId',
  'refundId',
  'channel',
  'currency',
  'country',
  /** The most specific jurisdiction of the order's taxes, else the country. */
  'region',
  'customerGroup',
  'lineId',
  'sku',
  'category',
  /** `order`, `line`, `discount`, `shipping`, `charge`, `goodwill`, `overpaid`, `payment`, `settlement`, `visit`, or of stock: `stock-sold`, `stock-received` … */
  'component',
  'promotion',
  'code',
] as const;
export type FactDimension = (typeof factDimensions)[number];

/** Whole minor units, units or orders. Reversals of shipping, tax and charges are negative. */
export const factMeasures = [
  'cancelledOrders',
  'newCustomers',
  'repeatCustomers',
  'unknownCustomers',
  'units',
  'reversedUnits',
  'returnedUnits',
  'grossSales',
  'grossSalesInclTax',
  'discounts',
  'discountsInclTax',
  'shippingDiscountsInclTax',
  'grossReversals',
  'grossReversalsInclTax',
  'discountReversals',
  'discountReversalsInclTax',
  'shipping',
  'shippingInclTax',
  'tax',
  'charges',
  'captured',
  'overpaid',
  'moneyRefunded',
  'overpaidReturned',
  'creditGranted',
  'exchanged',
  'chargebacks',
  'fees',
  'chargebackFees',
  'payouts',
  'visits',
  'stockUnits',
  'stockChange',
] as const;
export type FactMeasure = (typeof factMeasures)[number];

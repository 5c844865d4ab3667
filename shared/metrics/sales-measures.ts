import { column, orderCount, ratio, sum } from './measure.ts';

const isPlacement = "eventType IN ('OrderPlaced', 'OrderImported')";
const isReturn = "eventType IN ('RefundPaid', 'RefundPayoutFailed', 'StoreCreditGranted', 'ExchangeSettled')";

const orders = orderCount(
  { name: 'orders', unit: 'orders', rule: 'D1', description: 'Orders that were placed on the day' },
  isPlacement,
);
const units = column('units', { unit: 'units', rule: 'D2', description: 'Units of the orders that were placed' });
const reversedUnits = column('reversedUnits', {
  unit: 'units',
  rule: 'D2',
  description: 'Units that were cancelled, expired or edited away, less those that edits added',
});
const returnedUnits = column('returnedUnits', {
  unit: 'units',
  rule: 'D3',
  description: 'Units that were refunded, exchanged or credited after shipment',
});

const withTax = (name: string) => (name.endsWith('InclTax') ? ', with tax' : ', without tax');
const amount = (name: string, description: string, of: string, rule = 'D2') =>
  sum({ name, unit: 'minor units', rule, description: `${description}${withTax(name)}` }, of);

const goodsOf = (suffix: '' | 'InclTax') => {
  const [gross, discount] = [`grossSales${suffix}`, `discounts${suffix}`];
  const reversals = `(grossReversals${suffix} - discountReversals${suffix})`;
  return {
    grossSales: amount(gross, 'Quantity × unit price of the orders that were placed', gross),
    discounts: amount(discount, 'Discounts of promotions and channels on these goods', discount),
    grossReversals: amount(
      `grossReversals${suffix}`,
      'Goods that were taken out of sales on the day, before discounts: cancelled, expired, edited away, refunded, exchanged or credited; goodwill counts as one. What an edit adds is deducted',
      `grossReversals${suffix}`,
    ),
    discountReversals: amount(
      `discountReversals${suffix}`,
      'Discounts of the goods that were taken out of sales',
      `discountReversals${suffix}`,
    ),
    reversals: amount(`reversals${suffix}`, 'Gross reversals − discount reversals', reversals),
    returns: amount(
      `returns${suffix}`,
      'The part of the reversals that was refunded, exchanged or credited',
      `CASE WHEN ${isReturn} THEN ${reversals} ELSE 0 END`,
      'D3',
    ),
    netSales: amount(
      `netSales${suffix}`,
      'Gross sales − discounts − reversals; may be negative',
      `${gross} - ${discount} - ${reversals}`,
    ),
  };
};
const goods = goodsOf('');
const goodsInclTax = goodsOf('InclTax');

const soldGoods = amount('soldGoods', 'Gross sales − discounts', 'grossSales - discounts');

/** Averages and rates: whole numbers, rounded half up, empty where nothing is divided. */
export const ratios = [
  ratio(
    {
      name: 'averageOrderValue',
      unit: 'minor units',
      rule: 'D9',
      description: '(Gross sales − discounts) ÷ orders of the day, rounded half up; empty without orders',
    },
    [soldGoods, orders],
  ),
  ratio(
    {
      name: 'basketSizeHundredths',
      unit: 'units per order',
      rule: 'D9',
      description: '100 × units ÷ orders of the day, rounded half up; empty without orders',
    },
    [units, orders],
    100,
  ),
  ratio(
    {
      name: 'refundRate',
      unit: 'basis points',
      rule: 'D9',
      description: '10,000 × returns ÷ (gross sales − discounts) of the day, rounded half up; empty without sales',
    },
    [goods.returns, soldGoods],
    10_000,
  ),
];

/** What the visits of a channel have. */
export const visits = column('visits', {
  unit: 'visits',
  rule: 'D9',
  description:
    'Visits that the channel counted and sent, in the currency of the prices that the visitors saw, in the hour of the visit',
});
export const conversion = ratio(
  {
    name: 'conversion',
    unit: 'basis points',
    rule: 'D9',
    description: '10,000 × orders ÷ visits of the day, rounded half up; empty without visits',
  },
  [orders, visits],
  10_000,
);

/** What an order line has. */
export const goodsMeasures = [
  orders,
  units,
  reversedUnits,
  returnedUnits,
  ...Object.values(goods),
  ...Object.values(goodsInclTax),
];

/** What only a whole order has. */
export const orderMeasures = [
  amount(
    'shipping',
    'Shipping of the orders that were placed, less what was cancelled, edited or refunded',
    'shipping',
  ),
  amount(
    'shippingInclTax',
    'Shipping of the orders that were placed, less what was cancelled, edited or refunded',
    'shippingInclTax',
  ),
  column('tax', {
    unit: 'minor units',
    rule: 'D2',
    description: 'Tax of goods and shipping of the orders that were placed, less that of what was taken out of sales',
  }),
  column('charges', {
    unit: 'minor units',
    rule: 'D2',
    description: 'Duties and fees of the orders that were placed, less what was cancelled or refunded',
  }),
  sum(
    {
      name: 'totalSales',
      unit: 'minor units',
      rule: 'D2',
      description: 'Net sales + shipping + tax + charges, each less its reversals',
    },
    'grossSales - discounts - (grossReversals - discountReversals) + shipping + tax + charges',
  ),
  column('cancelledOrders', {
    unit: 'orders',
    rule: 'D2',
    description: 'Orders that were cancelled as a whole or expired',
  }),
  column('newCustomers', {
    unit: 'customers',
    rule: 'D10',
    description: 'Customers whose first order ever was placed on the day, in the row of that order',
  }),
  column('repeatCustomers', {
    unit: 'customers',
    rule: 'D10',
    description: 'Customers of the day who had ordered on an earlier day, in the row of their first order of the day',
  }),
  column('unknownCustomers', {
    unit: 'orders',
    rule: 'D10',
    description: 'Orders with neither a customer id nor an e-mail address',
  }),
];

/** What the discounts of a promotion or code have. */
export const promotionMeasures = [
  orders,
  goods.discounts,
  goodsInclTax.discounts,
  column('shippingDiscountsInclTax', {
    unit: 'minor units',
    rule: 'D8',
    description: 'Discounts on shipping, as its price contains tax or not; the shipping is shown after them',
  }),
];

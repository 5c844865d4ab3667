import { type Measure, ratio, sum } from './measure.ts';

type Reason = 'received' | 'sold' | 'gift' | 'written-off' | 'shrinkage' | 'other';
/** The component of a fact of stock, by why its value changed. */
export const stockComponent = (reason: Reason) => `stock-${reason}` as const;
/** SQL that a fact is one of stock, which is part of no sale. */
export const isOfStock = "component LIKE 'stock-%'";

const when = (of: string, ...reasons: Reason[]) =>
  `CASE WHEN component IN (${reasons.map((reason) => `'${stockComponent(reason)}'`).join(', ')}) THEN ${of} ELSE 0 END`;
const value = (name: string, description: string, of: string) =>
  sum({ name, unit: 'minor units', rule: 'L17', description: `${description}, at weighted average cost` }, of);
const units = (name: string, description: string, of: string) =>
  sum({ name, unit: 'units', rule: 'L17', description }, of);

/** A sum of what a row had at the end of the day before, and of the changes of the day. */
const balance = (measure: Omit<Measure, 'kind'>): Measure => ({ ...measure, kind: 'balance' });
const opening = (name: string) => `coalesce(${name}, 0)`;

const costOfGoods = value(
  'costOfGoods',
  'Units that were shipped, less units that came back, without gifts',
  when('-stockChange', 'sold'),
);
const received = units('stockReceivedUnits', 'Units that were received', when('stockUnits', 'received'));
const sold = units(
  'stockSoldUnits',
  'Units that were shipped, less units that came back; gifts included',
  when('-stockUnits', 'sold', 'gift'),
);
const openingUnits = balance(
  units('openingStockUnits', 'Units with a value at the end of the day before', opening('openingUnits')),
);
const openingStock = balance(value('openingStock', 'Stock at the end of the day before', opening('openingValue')));
const closing = value(
  'closingStock',
  'Stock at the end of the day',
  `${opening('openingValue')} + ${opening('stockChange')}`,
);
const twiceAverage = value(
  'openingStock + closingStock',
  '',
  `2 * ${opening('openingValue')} + ${opening('stockChange')}`,
);
const offered = units('openingStockUnits + stockReceivedUnits', '', `${opening('openingUnits')} + ${received.of}`);

/** What the stock of a SKU or category has. Values are those of `assets:inventory` in the ledger. */
export const stockMeasures: readonly Measure[] = [
  openingUnits,
  received,
  sold,
  units('writtenOffUnits', 'Units that were written off, or lost in transit', when('-stockUnits', 'written-off')),
  units(
    'shrinkageUnits',
    'Units that counts and adjustments missed, less those they found',
    when('-stockUnits', 'shrinkage'),
  ),
  units('stockUnits', 'Change of the units with a value', 'stockUnits'),
  balance(
    units(
      'closingStockUnits',
      'Units with a value at the end of the day',
      `${opening('openingUnits')} + ${opening('stockUnits')}`,
    ),
  ),
  openingStock,
  value('stockReceived', 'Units that were received', when('stockChange', 'received')),
  costOfGoods,
  value('giftCost', 'Units that were shipped as gifts, less those that came back', when('-stockChange', 'gift')),
  value('writeOffs', 'Units that were written off, or lost in transit', when('-stockChange', 'written-off')),
  value(
    'shrinkage',
    'Units that counts and adjustments missed, less those they found',
    when('-stockChange', 'shrinkage'),
  ),
  value(
    'stockChange',
    'Change of the stock; what is in no other column comes from entries of the accounts',
    'stockChange',
  ),
  balance(closing),
  ratio(
    {
      name: 'stockTurnover',
      unit: 'basis points',
      rule: 'L17',
      description:
        '10,000 × cost of goods ÷ average of opening and closing stock, rounded half up; empty without stock. Over several days: the sum of costs ÷ the average of the days',
    },
    [costOfGoods, twiceAverage],
    20_000,
  ),
  ratio(
    {
      name: 'sellThrough',
      unit: 'basis points',
      rule: 'L17',
      description: '10,000 × units sold ÷ (opening units + units received), rounded half up; empty without units',
    },
    [sold, offered],
    10_000,
  ),
];

import { StockValued } from '../../../../shared/contracts/ledger/stock-value-events.ts';
import { stockComponent } from '../../../../shared/metrics/stock-measures.ts';
import { isAmount, isKnownCurrency } from './checks.ts';
import { addFacts } from './fact-table.ts';

/** As the data of the event. Numbers are read as DOUBLE, so that a fraction shows. */
export const stockValueShape = JSON.stringify({
  changes: [
    {
      sku: 'VARCHAR',
      category: 'VARCHAR',
      currency: 'VARCHAR',
      account: 'VARCHAR',
      units: 'DOUBLE',
      valueMinor: 'DOUBLE',
    },
  ],
});

/** Whether the data of an event, parsed with the shape, is valid. */
export const isStockValue = (data: string) =>
  `coalesce(list_bool_and(list_transform(${data}.changes, lambda each: each.account IS NOT NULL
     AND ${isKnownCurrency('each.currency')} AND ${isAmount('abs(each.units)')} AND ${isAmount('abs(each.valueMinor)')})), false)`;

/** Why the value changed, by the account against inventory. */
const reasons = {
  'liabilities:goods-received': stockComponent('received'),
  'expenses:cost-of-goods': stockComponent('sold'),
  'expenses:gifts': stockComponent('gift'),
  'expenses:write-offs': stockComponent('written-off'),
  'expenses:shrinkage': stockComponent('shrinkage'),
};
const component = `CASE change.account ${Object.entries(reasons)
  .map(([account, reason]) => `WHEN '${account}' THEN '${reason}'`)
  .join(' ')} ELSE '${stockComponent('other')}' END`;

export const stockValueEvents = [StockValued];

/** SQL that adds the facts of the value of stock. */
export const stockValueFacts = [
  `CREATE TEMP TABLE stock_value_event AS
   SELECT *, ${isStockValue('v')} AS isValid
   FROM (SELECT path, occurredMs, hour, id, type, from_json(data, '${stockValueShape}') AS v FROM event
         WHERE source = '${StockValued.source}' AND type = '${StockValued.detailType}')`,
  `INSERT INTO quarantine SELECT path, 'invalid-stock-value', id, NULL FROM stock_value_event WHERE NOT isValid`,
  addFacts(
    `SELECT id AS eventId, type AS eventType, epoch_ms(occurredMs) AS occurredAt, hour, change.currency AS currency,
       change.sku AS sku, change.category AS category, ${component} AS component,
       CAST(change.units AS BIGINT) AS stockUnits, CAST(change.valueMinor AS BIGINT) AS stockChange
     FROM (SELECT *, unnest(v.changes) AS change FROM stock_value_event WHERE isValid)`,
  ),
  'DROP TABLE stock_value_event',
];

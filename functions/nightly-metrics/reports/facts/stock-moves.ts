import { StockMoved } from '../../../../shared/contracts/stock/events.ts';
import { isAmount } from './checks.ts';

const shape = JSON.stringify({
  sku: 'VARCHAR',
  warehouse: 'VARCHAR',
  type: 'VARCHAR',
  onHandDelta: 'DOUBLE',
  inTransitDelta: 'DOUBLE',
});

const whole = (field: string) => `CAST(coalesce(m.${field}, 0) AS BIGINT)`;
const of = (sql: string, ...types: string[]) =>
  `CASE WHEN m.type IN (${types.map((type) => `'${type}'`).join(', ')}) THEN ${sql} ELSE 0 END`;
const onHand = whole('onHandDelta');

/**
 * What a movement does to the units that the store owns, by its type, as the ledger posts it. Transfers move units between
 * warehouses: in transit they are owned, and are lost by a `transit-loss`. Damage changes the status of units only.
 */
const unitsByKind = {
  received: of(onHand, 'receipt'),
  shipped: `-${of(onHand, 'shipment')}`,
  returned: of(onHand, 'return'),
  writtenOff: `-(${of(onHand, 'write-off')} + ${of(whole('inTransitDelta'), 'transit-loss')})`,
  /** Units that were found less those that were missing: negative shrinkage. */
  countDifference: of(onHand, 'count', 'adjustment'),
  transferred: of(onHand, 'transfer-in', 'transfer-out'),
};
export const stockColumns = [...Object.keys(unitsByKind), 'onHandChange'];

export const stockEvents = [StockMoved];

/** Creates the table of movements without rows. */
export const stockMoveTable = `CREATE TEMP TABLE stock_move (sku VARCHAR, warehouse VARCHAR,
  ${stockColumns.map((name) => `${name} BIGINT`).join(', ')})`;

/** SQL that fills `stock_move`. */
export const stockMoves = [
  `CREATE TEMP TABLE stock_event AS
   SELECT *, m.sku IS NOT NULL AND m.warehouse IS NOT NULL AND m.type IS NOT NULL AND ${isAmount('abs(m.onHandDelta)')}
     AND ${isAmount('abs(coalesce(m.inTransitDelta, 0))')} AS isValid
   FROM (SELECT path, id, from_json(data, '${shape}') AS m FROM event
         WHERE source = '${StockMoved.source}' AND type = '${StockMoved.detailType}')`,
  `INSERT INTO quarantine SELECT path, 'invalid-movement', id, NULL FROM stock_event WHERE NOT isValid`,
  `INSERT INTO stock_move BY NAME
   SELECT m.sku AS sku, m.warehouse AS warehouse, ${onHand} AS onHandChange,
     ${Object.entries(unitsByKind)
       .map(([name, sql]) => `${sql} AS ${name}`)
       .join(', ')}
   FROM stock_event WHERE isValid`,
  'DROP TABLE stock_event',
];

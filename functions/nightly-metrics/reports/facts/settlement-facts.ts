import { SettlementLineRecorded } from '../../../../shared/contracts/ledger/settlement-events.ts';
import { isAmount, isKnownCurrency } from './checks.ts';
import { addFacts } from './fact-table.ts';

const shape = JSON.stringify({ type: 'VARCHAR', amountMinor: 'DOUBLE', currency: 'VARCHAR' });
const of = (type: string) => `CASE WHEN s.type = '${type}' THEN CAST(s.amountMinor AS BIGINT) ELSE 0 END`;

export const settlementEvents = [SettlementLineRecorded];

/** SQL that adds the facts of the statements of payment providers. A fee that was given back is negative. */
export const settlementFacts = [
  `CREATE TEMP TABLE settlement_event AS
   SELECT *, s.type IS NOT NULL AND ${isAmount('abs(s.amountMinor)')} AND ${isKnownCurrency('s.currency')} AS isValid
   FROM (SELECT path, occurredMs, hour, id, type, from_json(data, '${shape}') AS s FROM event
         WHERE source = '${SettlementLineRecorded.source}' AND type = '${SettlementLineRecorded.detailType}')`,
  `INSERT INTO quarantine SELECT path, 'invalid-settlement', id, NULL FROM settlement_event WHERE NOT isValid`,
  addFacts(
    `SELECT id AS eventId, type AS eventType, epoch_ms(occurredMs) AS occurredAt, hour, s.currency AS currency,
       'settlement' AS component, ${of('fee')} AS fees, ${of('chargeback-fee')} AS chargebackFees, ${of('payout')} AS payouts
     FROM settlement_event WHERE isValid`,
  ),
  'DROP TABLE settlement_event',
];

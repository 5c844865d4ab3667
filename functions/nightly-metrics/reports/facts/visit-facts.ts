import { VisitsCounted } from '../../../../shared/contracts/reports/visit-events.ts';
import { isAmount, isKnownCurrency } from './checks.ts';
import { addFacts } from './fact-table.ts';

const shape = JSON.stringify({ channel: 'VARCHAR', currency: 'VARCHAR', visits: 'DOUBLE' });

export const visitEvents = [VisitsCounted];

/** SQL that adds the facts of visits. */
export const visitFacts = [
  `CREATE TEMP TABLE visit_event AS
   SELECT *, v.channel IS NOT NULL AND ${isAmount('v.visits')} AND ${isKnownCurrency('v.currency')} AS isValid
   FROM (SELECT path, occurredMs, hour, id, type, from_json(data, '${shape}') AS v FROM event
         WHERE source = '${VisitsCounted.source}' AND type = '${VisitsCounted.detailType}')`,
  `INSERT INTO quarantine SELECT path, 'invalid-visits', id, NULL FROM visit_event WHERE NOT isValid`,
  addFacts(
    `SELECT id AS eventId, type AS eventType, epoch_ms(occurredMs) AS occurredAt, hour, v.channel AS channel,
       v.currency AS currency, 'visit' AS component, CAST(v.visits AS BIGINT) AS visits
     FROM visit_event WHERE isValid`,
  ),
  'DROP TABLE visit_event',
];

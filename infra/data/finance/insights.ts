import { all } from '../../constructs/access.ts';
import { TableDefinition } from '../../constructs/table.ts';
import { reportsBucket } from './reports.ts';

export const insightsTable = new TableDefinition('InsightsTable', 'INSIGHTS_TABLE_NAME');

const published = reportsBucket.objects('insights/*', 'GetObject');

export const insights = {
  requester: insightsTable.access('GetItem', 'PutItem'),
  runner: insightsTable.access('GetItem', 'PutItem', 'UpdateItem'),
  /** Reads the published reports of every day, and writes insights. */
  writer: all(
    reportsBucket.list(),
    reportsBucket.objects('tables/*', 'GetObject'),
    reportsBucket.objects('insights/*', 'GetObject', 'PutObject'),
  ),
  /** Reads published insights; without the list, S3 answers a missing object with 403 instead of 404. */
  reader: all(reportsBucket.list(), published),
};

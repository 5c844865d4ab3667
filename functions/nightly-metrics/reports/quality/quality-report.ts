import { columnsOfReport } from '../../../../shared/reports/report-columns.ts';
import type { Report } from '../../../../shared/reports/publishing/report.ts';

export const qualityTable = `CREATE TEMP TABLE data_quality (reason VARCHAR, channel VARCHAR, currency VARCHAR,
  measure VARCHAR, found DECIMAL(38, 0), median DECIMAL(38, 0), deviation DECIMAL(38, 0), days BIGINT)`;

/** What a person should look at: see `findings`. Not a figure, so that nothing is summed. */
export const qualityReport: Report = {
  name: 'data-quality',
  columns: columnsOfReport('data-quality'),
  from: { table: 'data_quality' },
  orderBy: 'reason, channel NULLS FIRST, currency NULLS FIRST, measure',
  countsOrders: false,
  sums: {},
};

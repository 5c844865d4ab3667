import { defineFile } from '../define-file.ts';
import { differenceColumns, notComparedColumns, repairOutcomeColumns } from './file-columns.ts';

export const auditDifferences = defineFile({
  bucket: 'ReportsBucketName',
  key: 'stock-audits/{auditId}/differences.csv',
  content: { columns: differenceColumns },
  description: 'Counters of stock that an audit found to be wrong.',
});

export const auditNotCompared = defineFile({
  bucket: 'ReportsBucketName',
  key: 'stock-audits/{auditId}/not-compared.csv',
  content: { columns: notComparedColumns },
  description: 'SKUs that an audit could not compare, because they changed all the time.',
});

export const repairOutcomes = defineFile({
  bucket: 'ReportsBucketName',
  key: 'stock-audits/{auditId}/repairs/{repairId}.csv',
  content: { columns: repairOutcomeColumns },
  description: 'Outcome of a repair for each counter of the differences.',
});

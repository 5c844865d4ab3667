import { auditFiles } from '../../../shared/stock/audit-keys.ts';
import { all } from '../../constructs/access.ts';
import { BucketDefinition } from '../../constructs/bucket.ts';
import { SecretDefinition } from '../../constructs/secret.ts';
import { TableDefinition } from '../../constructs/table.ts';

export const reportTable = new TableDefinition('ReportTable', 'REPORT_TABLE_NAME', {
  expiryAttribute: 'expiresAt',
});

export const reportRuns = {
  requester: reportTable.access('GetItem', 'BatchGetItem', 'PutItem'),
  runner: reportTable.access('GetItem', 'PutItem', 'UpdateItem'),
};

/** Results of queries of Athena. */
export const queryResults = 'athena-results/';
export const reportDatabase = 'storeworks_reports';
export const workGroupName = 'storeworks-finance';

/** Reports by business day, and the differences that stock audits found. */
export const reportsBucket = new BucketDefinition('ReportsBucket', 'REPORTS_BUCKET_NAME', {
  expiresAfterDays: { [queryResults]: 7, 'bundles/': 7 },
});

export const reports = {
  lister: reportsBucket.list(),
  reader: reportsBucket.objects('daily/*', 'GetObject'),
  writer: reportsBucket.objects('daily/*', 'GetObject', 'PutObject'),
  bundleReader: reportsBucket.objects('bundles/*', 'GetObject'),
  bundleWriter: reportsBucket.objects('bundles/*', 'PutObject'),
  /** The Parquet files in force, for Athena. */
  tableWriter: reportsBucket.objects('tables/*', 'GetObject', 'PutObject'),
  /** Of each day: the keys of its customers, the changes of the stock, and the stock at its end. */
  historyWriter: all(
    reportsBucket.objects('customers/*', 'GetObject', 'PutObject'),
    reportsBucket.objects('stock/*', 'GetObject', 'PutObject'),
  ),
  auditWriter: reportsBucket.objects(auditFiles, 'PutObject'),
  /** Files of analyses of promotions, and their state between two days. */
  // Without the list, S3 answers a missing object with 403 instead of 404.
  promotionReader: all(reportsBucket.list(), reportsBucket.objects('promotions/*', 'GetObject')),
  promotionWriter: reportsBucket.objects('promotions/*', 'GetObject', 'PutObject'),
  /** Reads the reports of a day, and writes how they compare with ledger and orders. */
  reconciler: all(
    reportsBucket.list(),
    reportsBucket.objects('daily/*', 'GetObject'),
    reportsBucket.objects('reconciliation/*', 'PutObject'),
  ),
  auditReader: reportsBucket.objects(auditFiles, 'GetObject'),
};

/** Names of customers in the lake and in reports derive from it. With a new text, every customer gets a new name. */
export const pseudonymSecret = new SecretDefinition('PseudonymSecret', 'PSEUDONYM_SECRET_ARN', {
  description:
    'The names of customers in the lake and in reports derive from it: see functions/event-journal/README.md',
});

/** Every event without its personal data, by business day. */
export const lakeBucket = new BucketDefinition('LakeBucket', 'LAKE_BUCKET_NAME');

export const lake = {
  lister: lakeBucket.list(),
  reader: lakeBucket.objects('events/*', 'GetObject'),
  writer: lakeBucket.objects('events/*', 'PutObject'),
  lateEventWriter: lakeBucket.objects('late/*', 'PutObject'),
  /** Reads every file, and writes the audit chain of a day. */
  dayCloser: all(
    lakeBucket.list(),
    lakeBucket.objects('events/*', 'GetObject'),
    lakeBucket.objects('audit/*', 'GetObject', 'PutObject'),
  ),
};

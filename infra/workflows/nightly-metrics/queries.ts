import { Aws, type Stack } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { namedQueries } from '../../../shared/reports/named-queries.ts';
import { pascalCase } from '../../constructs/exports.ts';
import { queryResults, reportDatabase, reportsBucket, workGroupName } from '../../data/finance/reports.ts';

const maxScannedBytes = 10 * 1024 ** 3;

/** The workgroup in which finance queries the tables, with its saved queries. */
export function addQueries(stack: Stack): void {
  const workGroup = new CfnWorkGroup(stack, 'FinanceWorkGroup', {
    name: workGroupName,
    description: 'Queries of finance over the daily reports; a query that reads more than 10 GiB is stopped',
    workGroupConfiguration: {
      enforceWorkGroupConfiguration: true,
      bytesScannedCutoffPerQuery: maxScannedBytes,
      publishCloudWatchMetricsEnabled: true,
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      resultConfiguration: {
        outputLocation: `s3://${reportsBucket.name}/${queryResults}`,
        encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        expectedBucketOwner: Aws.ACCOUNT_ID,
      },
    },
  });
  for (const { name, description, parameters, sql } of namedQueries) {
    const query = new CfnNamedQuery(stack, `${pascalCase(name)}Query`, {
      name,
      description: `${description} Parameters: ${parameters.join(', ')}`,
      database: reportDatabase,
      workGroup: workGroupName,
      queryString: sql,
    });
    query.addResourceDependency(workGroup);
  }
}

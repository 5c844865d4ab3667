import { Aws, type Stack, Validations } from 'aws-cdk-lib';
import { AccountPrincipal, ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { addOutput, exportName, importFromData } from '../../constructs/exports.ts';
import { queryResults, reportDatabase, workGroupName } from './reports.ts';

/** The name that a permission set of IAM Identity Center refers to. */
const policyName = 'Storeworks-Reports-Reader';
const folders = ['daily/', 'tables/', 'insights/', queryResults];
const queryActions =
  'StartQueryExecution StopQueryExecution GetQueryExecution GetQueryResults ListQueryExecutions GetWorkGroup GetNamedQuery BatchGetNamedQuery ListNamedQueries'.split(
    ' ',
  );
const arnOf = (service: string, name: string) =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${name}`;

/**
 * What finance may do: list and read the daily reports in S3, query them in their workgroup of Athena, and nothing else. The
 * policy is for a permission set; the role
 * is for people of the account without one, with a second factor.
 */
export function addReportReaders(stack: Stack): void {
  const bucketArn = importFromData('ReportsBucketArn');
  const role = new Role(stack, 'ReportReaderRole', {
    assumedBy: new AccountPrincipal(stack.account).withConditions({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    description: 'Reads the daily reports',
  });
  const policy = new ManagedPolicy(stack, 'ReportReaderPolicy', {
    managedPolicyName: policyName,
    description: 'Reads the daily reports of the store',
    roles: [role],
    statements: [
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucketArn],
        conditions: { StringLike: { 's3:prefix': folders.flatMap((folder) => [folder, `${folder}*`]) } },
      }),
      new PolicyStatement({ actions: ['s3:GetBucketLocation'], resources: [bucketArn] }),
      new PolicyStatement({ actions: ['s3:GetObject'], resources: folders.map((folder) => `${bucketArn}/${folder}*`) }),
      // Athena stores the results as the person who runs the query.
      new PolicyStatement({
        actions: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        resources: [`${bucketArn}/${queryResults}*`],
      }),
      new PolicyStatement({
        actions: queryActions.map((action) => `athena:${action}`),
        resources: [arnOf('athena', `workgroup/${workGroupName}`)],
      }),
      new PolicyStatement({
        actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'],
        resources: ['catalog', `database/${reportDatabase}`, `table/${reportDatabase}/*`].map((name) =>
          arnOf('glue', name),
        ),
      }),
    ],
  });
  const wildcards = [
    ...folders.map((folder) => `${exportName('ReportsBucketArn')}/${folder}*`),
    `arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:table/${reportDatabase}/*`,
  ];
  for (const wildcard of wildcards) {
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${wildcard}]`,
      reason: 'Keys contain dates, versions and ids of queries. The policy covers these folders and tables only.',
    });
  }
  addOutput(stack, 'ReportReaderRoleArn', role.roleArn);
}

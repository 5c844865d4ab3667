import { type Stack, Validations } from 'aws-cdk-lib';
import { AccountPrincipal, ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { addOutput, exportName, importFromData } from '../../constructs/exports.ts';

/** The name that a permission set of IAM Identity Center refers to. */
const policyName = 'Storeworks-Reports-Reader';

/**
 * What finance may do in S3: list and read the daily reports, and nothing else. The policy is for a permission set; the role
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
        conditions: { StringLike: { 's3:prefix': ['daily/', 'daily/*'] } },
      }),
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [`${bucketArn}/daily/*`] }),
    ],
  });
  Validations.of(policy).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${exportName('ReportsBucketArn')}/daily/*]`,
    reason: 'Keys contain dates and versions. The policy reads daily/* of this bucket only.',
  });
  addOutput(stack, 'ReportReaderRoleArn', role.roleArn);
}

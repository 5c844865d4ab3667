import { Aws, Stack, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { departmentsIn } from '../../../shared/access/departments.ts';
import type { Operation } from '../../../shared/contracts/admin-console/operation.ts';
import { pascalCase } from '../exports.ts';
import { store } from '../../store.ts';
import type { AutomationDocument } from './automation-document.ts';

type Parts = {
  dashboard: IFunction;
  administration: IFunction;
  /** ARNs of the functions that administrators invoke with test events. */
  staffFunctions: readonly string[];
  documents: readonly { operation: Operation; document: AutomationDocument }[];
};

/**
 * One customer managed policy per department, for its permission set in IAM Identity Center: the dashboard, and the
 * automation documents whose routes the department may call. Administrators also have the dashboard with buttons, and approve.
 */
export function addPolicies(stack: Stack, { dashboard, administration, staffFunctions, documents }: Parts): void {
  const arn = (resource: string) => `arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
  for (const department of new Set(Object.values(store.awsConsole.departments))) {
    const isAdmin = department === 'admin';
    const own = documents.filter(({ operation }) => mayStart(operation, department));
    const names = own.map(({ document }) => document.documentName);
    const policy = new ManagedPolicy(stack, `${pascalCase(department)}Policy`, {
      managedPolicyName: `Storeworks-Console-${department}`,
      description: `What ${department} does in the AWS console`,
    });
    const allow = (actions: string[], resources: string[], conditions?: Record<string, Record<string, string>>) =>
      policy.addStatements(new PolicyStatement({ actions, resources, ...(conditions && { conditions }) }));
    allow(['cloudwatch:GetDashboard', 'cloudwatch:ListDashboards', 'cloudwatch:DescribeAlarms'], ['*']);
    const shown = [dashboard.functionArn, ...(isAdmin ? [administration.functionArn] : [])];
    allow(['lambda:InvokeFunction'], shown);
    if (names.length > 0) {
      allow(
        ['ssm:StartAutomationExecution'],
        names.flatMap((name) => [arn(`automation-definition/${name}:*`), arn(`document/${name}`)]),
      );
      allow(
        ['ssm:GetDocument', 'ssm:DescribeDocument'],
        names.map((name) => arn(`document/${name}`)),
      );
      allow(['ssm:GetAutomationExecution', 'ssm:DescribeAutomationStepExecutions'], [arn('automation-execution/*')]);
      allow(['ssm:DescribeAutomationExecutions', 'ssm:ListDocuments'], ['*']);
      allow(
        ['iam:PassRole'],
        own.map(({ document }) => document.role.roleArn),
        { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
      );
    }
    if (isAdmin) {
      allow(['ssm:SendAutomationSignal'], [arn('automation-execution/*')]);
      allow(['lambda:InvokeFunction'], [...staffFunctions]);
      allow(['s3:ListBucket'], [`arn:${Aws.PARTITION}:s3:::storeworks-*`]);
    }
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Lists of the console have no resource to name.',
    });
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:automation-execution/*]',
      reason: 'The ids of executions are random. Reading one changes nothing, and a document names its approvers.',
    });
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::storeworks-*]',
      reason: 'Lists keys of the buckets of the store, whose names begin so; it reads no object.',
    });
    for (const name of names) {
      Validations.of(policy).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:automation-definition/${name}:*]`,
        reason: 'Every version of this one document.',
      });
    }
  }
}

/** As the function decides: the scopes of the routes; dead letters are the administrators'. */
function mayStart(operation: Operation, department: string): boolean {
  if (operation.kind === 'redrive') return department === 'admin';
  const scopes = new Set(departmentsIn([department]).flatMap((each) => each.scopes));
  return operation.routes.every(({ scope }) => scope !== undefined && scopes.has(scope));
}

import { Aws, Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Access } from '../../constructs/access.ts';

const executions = `arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:automation-execution/*`;

export const automations: { reader: Access<never> } = {
  /** Reads executions: who started and approved them, with which inputs. */
  reader: {
    variables: {},
    grant: ({ role: grantee }) => {
      Grant.addToPrincipal({ grantee, actions: ['ssm:GetAutomationExecution'], resourceArns: [executions] });
      Validations.of(grantee).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:automation-execution/*]',
        reason: 'The ids of executions are random.',
      });
    },
  },
};

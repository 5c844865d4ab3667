import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import {
  documentNameOf,
  type Operation,
  type OperationInput,
} from '../../../shared/contracts/admin-console/operation.ts';

type Props = {
  operation: Operation;
  /** Carries it out. It reads the person, the inputs and the approvals from the execution, whose id it gets. */
  handler: IFunction;
  /** ARNs of the roles that may approve it. */
  approvers: string[];
};

/** An automation document of Systems Manager with a role of its own, which may invoke the function and nothing else. */
export class AutomationDocument extends Construct {
  readonly documentName: string;
  readonly role: Role;
  readonly document: CfnDocument;

  constructor(scope: Construct, id: string, { operation, handler, approvers }: Props) {
    super(scope, id);
    this.documentName = documentNameOf(operation.name);
    this.role = new Role(this, 'Role', {
      description: `Storeworks: ${operation.title}`,
      assumedBy: new ServicePrincipal('ssm.amazonaws.com', {
        // https://docs.aws.amazon.com/systems-manager/latest/userguide/cross-service-confused-deputy-prevention.html
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'ssm',
              resource: 'automation-execution',
              resourceName: '*',
            }),
          },
        },
      }),
    });
    this.role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn] }),
    );
    this.document = new CfnDocument(this, 'Document', {
      name: this.documentName,
      documentType: 'Automation',
      documentFormat: 'JSON',
      updateMethod: 'NewVersion',
      content: {
        schemaVersion: '0.3',
        description: `${operation.title}. ${operation.description}`,
        assumeRole: this.role.roleArn,
        parameters: Object.fromEntries(
          Object.entries(operation.inputs).map(([name, input]) => [name, parameterOf(input)]),
        ),
        mainSteps: [...(operation.needsApproval ? [approvalStep(operation, approvers)] : []), operationStep(handler)],
        outputs: ['carryOut.Payload'],
      },
    });
  }
}

/** Source: Systems Manager user guide, "Data elements and parameters" of schema 0.3. */
const parameterOf = ({ type, description, example, pattern, values, default: byDefault }: OperationInput) => ({
  type,
  description: `${description}, such as ${example}`,
  ...(pattern !== undefined && { allowedPattern: `^(?:${pattern})$` }),
  ...(values && { allowedValues: values }),
  ...(byDefault !== undefined && { default: type === 'String' ? byDefault : JSON.parse(byDefault) }),
});

const approvalStep = ({ title }: Operation, approvers: string[]) => ({
  name: 'approve',
  action: 'aws:approve',
  description: 'A second person approves it; the function accepts no approval of the person who started it.',
  timeoutSeconds: 86_400,
  onFailure: 'Abort',
  inputs: { Message: `${title}: read the inputs of the execution.`, MinRequiredApprovals: 1, Approvers: approvers },
});

const operationStep = ({ functionArn }: IFunction) => ({
  name: 'carryOut',
  action: 'aws:invokeLambdaFunction',
  timeoutSeconds: 900,
  maxAttempts: 1,
  onFailure: 'Abort',
  isEnd: true,
  inputs: {
    FunctionName: functionArn,
    InvocationType: 'RequestResponse',
    Payload: '{"executionId":"{{automation:EXECUTION_ID}}"}',
  },
});

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import settings from '../../cdk.json' with { type: 'json' };
import { bundlesContext, notBundled } from '../../infra/constructs/workflow-function.ts';
import { DataStack } from '../../infra/stacks/data.ts';
import { OperationsStack } from '../../infra/stacks/operations.ts';
import { RefundsStack } from '../../infra/stacks/refunds.ts';

/** A reference to a resource of the same stack. */
type Reference = { Ref?: string; 'Fn::GetAtt'?: [string, string] };
type Delivery = { OnFailure: { Destination: Reference } };
type Target = { DeadLetterConfig: { Arn: Reference } };
type Statement = { Action: string | string[]; Resource: unknown };

/** What the tests read of resources of any type; a property is there where its type of resource has it. */
type Properties = {
  AlarmActions: unknown[];
  AlarmDescription: string;
  AllowedOAuthFlows: string[];
  AllowedOAuthScopes: { 'Fn::Join': [string, unknown[]] }[];
  AuthorizationScopes: string[];
  AuthorizationType: string;
  ClientName: string;
  DefaultRouteSettings: object;
  DeletionProtectionEnabled: boolean;
  Description: string;
  DestinationConfig: Delivery;
  Dimensions: { Name: string; Value: Reference }[];
  Environment: { Variables: Record<string, unknown> };
  EventSourceArn: Reference;
  FilterCriteria: { Filters: [{ Pattern: string }] };
  FunctionName: Reference;
  FunctionResponseTypes: string[];
  GenerateSecret: boolean;
  JwtConfiguration: { Audience: unknown[] };
  LoggingConfig: { LogGroup: Reference };
  ManagedPolicyArns?: unknown;
  MaximumRecordAgeInSeconds: number;
  MaximumRetryAttempts: number;
  MessageRetentionPeriod: number;
  MetricName: string;
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: boolean };
  Policies?: { PolicyDocument: { Statement: Statement[] } }[];
  PolicyDocument: { Statement: Statement[] };
  Queues: Reference[];
  RedrivePolicy: { deadLetterTargetArn: Reference; maxReceiveCount: number };
  RetentionInDays: number;
  Role: Reference;
  RouteKey: string;
  Runtime: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  SqsManagedSseEnabled: boolean;
  StartingPosition?: string;
  StreamSpecification: { StreamViewType: string };
  Target: Target;
  Targets: Target[];
  TimeToLiveSpecification?: object;
  Timeout: number;
  TracingConfig: { Mode: string };
  VersioningConfiguration?: { Status: string };
  VisibilityTimeout: number;
};

type Resource = { id: string; type: string; deletionPolicy: string | undefined; properties: Properties };

export const app = new App({
  context: { ...settings.context, [bundlesContext]: notBundled },
  builtinCloudFormationValidation: false,
});
const data = new DataStack(app, 'Data');
const operations = new OperationsStack(app, 'Operations', { data });
const refunds = new RefundsStack(app, 'Refunds', { api: operations.api, data });

/** Every resource of all stacks, as CloudFormation gets it. */
export const resources: Resource[] = [data, operations, refunds].flatMap((stack) => {
  const template = Template.fromStack(stack).toJSON() as {
    Resources: Record<string, { Type: string; Properties: Properties; DeletionPolicy?: string }>;
  };
  return Object.entries(template.Resources).map(([id, { Type, Properties, DeletionPolicy }]) => ({
    id,
    type: Type,
    properties: Properties,
    deletionPolicy: DeletionPolicy,
  }));
});

export const ofType = (type: string) => resources.filter((resource) => resource.type === type);

/** Properties of the only resource of its type. */
export function onlyOf(type: string): Properties {
  const [found, ...others] = ofType(type);
  if (!found || others.length > 0) throw new Error(`There is not exactly one ${type}`);
  return found.properties;
}

/** The resource that a reference means. */
export function meant(reference: Reference): Resource {
  const id = reference.Ref ?? reference['Fn::GetAtt']?.[0];
  const found = resources.find((resource) => resource.id === id);
  if (!found) throw new Error(`Not a resource: ${JSON.stringify(reference)}`);
  return found;
}

export const idsOf = (found: Resource[]) => new Set(found.map(({ id }) => id));

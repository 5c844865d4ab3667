import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import settings from '../../cdk.json' with { type: 'json' };
import { addStacks } from '../../infra/app.ts';
import { bundlesContext, notBundled } from '../../infra/constructs/workflow-function.ts';

/** A reference to a resource, by its id in `resources`. */
type Reference = { Ref?: string; 'Fn::GetAtt'?: [string, string] };
type Delivery = { OnFailure: { Destination: Reference } };
type Target = { DeadLetterConfig: { Arn: Reference } };
type Statement = {
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, string | string[]>>;
};

type LifecycleRule = {
  Status: string;
  Prefix?: string;
  ExpirationInDays?: number;
  NoncurrentVersionExpiration?: { NoncurrentDays: number };
};

/** Properties that the tests read, of resources of all types. */
type Properties = {
  AlarmActions: unknown[];
  AlarmDescription: string;
  AllowedOAuthFlows: string[];
  ExplicitAuthFlows: string[];
  AllowedOAuthScopes: { 'Fn::Join': [string, unknown[]] }[];
  CallbackURLs?: string[];
  GroupName: string;
  AuthorizationScopes?: string[];
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
  Principal: string;
  FunctionResponseTypes: string[];
  GenerateSecret: boolean;
  IntegrationUri: Reference;
  JwtConfiguration: { Audience: unknown[] };
  LifecycleConfiguration?: { Rules: LifecycleRule[] };
  LoggingConfig: { LogGroup: Reference };
  ManagedPolicyArns?: unknown;
  MaximumRecordAgeInSeconds: number;
  MaximumRetryAttempts: number;
  MessageRetentionPeriod: number;
  QueryString: string;
  TableInput: { Name: string; StorageDescriptor: { Columns: unknown[] }; Parameters: Record<string, unknown> };
  WorkGroupConfiguration: object;
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
  ScalingConfig: { MaximumConcurrency: number };
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  SourceArn: unknown;
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

type Resource = {
  stack: string;
  /** `<stack>-<logical id>`. */
  id: string;
  type: string;
  deletionPolicy: string | undefined;
  properties: Properties;
};
type Output = { Value: unknown; Export?: { Name: string } };
type StackTemplate = {
  Resources: Record<string, { Type: string; Properties: Properties; DeletionPolicy?: string }>;
  Outputs?: Record<string, Output>;
};

export const app = new App({
  context: { ...settings.context, [bundlesContext]: notBundled },
  builtinCloudFormationValidation: false,
});

/** Each stack's template, as CloudFormation gets it. */
export const templates = new Map(
  addStacks(app).map((stack) => [stack.node.id, Template.fromStack(stack).toJSON() as StackTemplate]),
);

/** The outputs that are exports, by name, and all outputs, by `<stack name>.<key>`. */
const exported = new Map<string, unknown>();
const outputs = new Map<string, unknown>();
for (const [stack, template] of templates) {
  for (const [key, { Value: value, Export: exportedAs }] of Object.entries(template.Outputs ?? {})) {
    const global = globalise(stack, value);
    outputs.set(`Storeworks-${stack}.${key}`, global);
    if (exportedAs) exported.set(exportedAs.Name, global);
  }
}

/** Every resource of all stacks. A reference to another stack refers to the resource there. */
export const resources: Resource[] = [...templates].flatMap(([stack, template]) =>
  Object.entries(template.Resources).map(([logicalId, { Type, Properties, DeletionPolicy }]) => ({
    stack,
    id: `${stack}-${logicalId}`,
    type: Type,
    properties: globalise(stack, Properties) as Properties,
    deletionPolicy: DeletionPolicy,
  })),
);

/** Replaces logical ids by ids that are unique over all stacks, and imports by what they import. */
function globalise(stack: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => globalise(stack, item));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: reference, 'Fn::GetAtt': attribute, 'Fn::ImportValue': imported } = value as Record<string, unknown>;
  const output = (value as Record<string, { StackName: string; OutputName: string }>)['Fn::GetStackOutput'];
  if (typeof reference === 'string' && !reference.startsWith('AWS::')) return { Ref: `${stack}-${reference}` };
  if (Array.isArray(attribute)) return { 'Fn::GetAtt': [`${stack}-${attribute[0]}`, attribute[1]] };
  if (typeof imported === 'string') return exported.get(imported) ?? { missingExport: imported };
  if (output) return outputs.get(`${output.StackName}.${output.OutputName}`) ?? { missingOutput: output };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, globalise(stack, item)]));
}

export const ofType = (type: string) => resources.filter((resource) => resource.type === type);

/** Properties of the only resource of its type. */
export function onlyOf(type: string): Properties {
  const [found, ...others] = ofType(type);
  if (!found || others.length > 0) throw new Error(`There is not exactly one ${type}`);
  return found.properties;
}

/** The resource that a reference refers to. */
export function resolve(reference: Reference): Resource {
  const id = reference.Ref ?? reference['Fn::GetAtt']?.[0];
  const found = resources.find((resource) => resource.id === id);
  if (!found) throw new Error(`Not a resource: ${JSON.stringify(reference)}`);
  return found;
}

export const idsOf = (found: Resource[]) => new Set(found.map(({ id }) => id));

/** Ids of the resources that have an alarm on this metric. */
export const withAlarmOn = (metric: string) =>
  idsOf(
    ofType('AWS::CloudWatch::Alarm')
      .filter(({ properties }) => properties.MetricName === metric)
      .flatMap(({ properties }) => properties.Dimensions.map(({ Value }) => resolve(Value))),
  );

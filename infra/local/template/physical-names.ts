import { createHash } from 'node:crypto';

/** URLs of the engine, without a trailing slash. */
export type Endpoints = { gatewayUrl: string; apiUrl: string; issuer: string };

/** The engine's region and account. */
export const region = 'eu-west-1';
export const accountId = '000000000000';

/** A resource's physical name and the values of `Ref` and `Fn::GetAtt`; `arn` is empty for a type without an ARN. */
export type Identity = { name: string; ref: string; arn: string; attributes: Record<string, string> };

/** Input for an identity. */
type Given = {
  stack: string;
  logicalId: string;
  endpoints: Endpoints;
  /** A property of the resource by path, as text with resolved intrinsic functions. */
  property: (...path: string[]) => string | undefined;
};

/**
 * Identity of a resource as in the CloudFormation resource reference of its type. For a type that is not in the table,
 * `Ref` is a generated name, and there are no attributes.
 */
export function identify(type: string, given: Given): Identity {
  const identity = Object.hasOwn(identities, type) ? identities[type]?.(given) : undefined;
  const name = identity?.name ?? generated(given);
  const arn = identity?.arn ?? '';
  return { name, ref: identity?.ref ?? name, arn, attributes: { ...identity?.attributes, ...(arn && { Arn: arn }) } };
}

type Partly = { name: string; ref?: string; arn?: string; attributes?: Record<string, string> };

const arnOf = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
const globalArn = (service: string, resource: string) => `arn:aws:${service}::${accountId}:${resource}`;

/** Generated name of a resource without an explicit one; shortened with a hash to the maximum length. */
function generated({ stack, logicalId }: Given, longest = 255, ending = ''): string {
  const name = `${stack}-${logicalId}`;
  if (name.length + ending.length <= longest) return name + ending;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, longest - ending.length - 9)}-${hash}${ending}`;
}

const named = (given: Given, property: string, longest?: number) =>
  given.property(property) ?? generated(given, longest);

/** The name from a name or an ARN. */
const lastPart = (nameOrArn: string) =>
  nameOrArn.slice(Math.max(nameOrArn.lastIndexOf(':'), nameOrArn.lastIndexOf('/')) + 1);

const table = (given: Given): Partly => {
  const name = named(given, 'TableName');
  const arn = arnOf('dynamodb', `table/${name}`);
  return { name, arn, attributes: { StreamArn: `${arn}/stream/local`, TableId: name } };
};

const byId =
  (attribute: string) =>
  (given: Given): Partly => {
    const name = generated(given);
    return { name, attributes: { [attribute]: name } };
  };

const functionArn = (given: Given) => arnOf('lambda', `function:${lastPart(given.property('FunctionName') ?? '')}`);

const path = (given: Given) => (given.property('Path') ?? '/').replace(/^\//, '');

const identities: Record<string, (given: Given) => Partly> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,

  'AWS::SQS::Queue': (given) => {
    const isFifo = given.property('FifoQueue') === 'true';
    const name = given.property('QueueName') ?? generated(given, 80, isFifo ? '.fifo' : '');
    const url = `${given.endpoints.gatewayUrl}/${accountId}/${name}`;
    return { name, ref: url, arn: arnOf('sqs', name), attributes: { QueueName: name, QueueUrl: url } };
  },

  'AWS::S3::Bucket': (given) => {
    const name = given.property('BucketName') ?? generated(given, 63).toLowerCase();
    const attributes = {
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    };
    return { name, arn: `arn:aws:s3:::${name}`, attributes };
  },

  'AWS::Lambda::Function': (given) => {
    const name = named(given, 'FunctionName', 64);
    return { name, arn: arnOf('lambda', `function:${name}`) };
  },
  'AWS::Lambda::Version': (given) => {
    const arn = `${functionArn(given)}:1`;
    return { name: '1', ref: arn, arn, attributes: { Version: '1', FunctionArn: arn } };
  },
  'AWS::Lambda::Alias': (given) => {
    const name = named(given, 'Name');
    const arn = `${functionArn(given)}:${name}`;
    return { name, ref: arn, arn, attributes: { AliasArn: arn } };
  },
  'AWS::Lambda::EventSourceMapping': (given) => {
    const name = generated(given);
    const arn = arnOf('lambda', `event-source-mapping:${name}`);
    return { name, arn, attributes: { Id: name, EventSourceMappingArn: arn } };
  },

  'AWS::IAM::Role': (given) => {
    const name = named(given, 'RoleName', 64);
    return { name, arn: globalArn('iam', `role/${path(given)}${name}`), attributes: { RoleId: name } };
  },
  'AWS::IAM::Policy': (given) => ({ name: named(given, 'PolicyName') }),
  'AWS::IAM::ManagedPolicy': (given) => {
    const name = named(given, 'ManagedPolicyName', 128);
    const arn = globalArn('iam', `policy/${path(given)}${name}`);
    return { name, ref: arn, arn, attributes: { PolicyArn: arn, PolicyId: name } };
  },

  'AWS::Events::EventBus': (given) => {
    const name = named(given, 'Name');
    return { name, arn: arnOf('events', `event-bus/${name}`), attributes: { Name: name } };
  },
  'AWS::Events::Rule': (given) => {
    const name = named(given, 'Name', 64);
    const bus = lastPart(given.property('EventBusName') ?? 'default');
    return { name, arn: arnOf('events', bus === 'default' ? `rule/${name}` : `rule/${bus}/${name}`) };
  },
  'AWS::Events::Connection': (given) => {
    const name = named(given, 'Name', 64);
    const arn = arnOf('events', `connection/${name}`);
    return { name, arn, attributes: { ArnForPolicy: arn } };
  },
  'AWS::Events::ApiDestination': (given) => {
    const name = named(given, 'Name', 64);
    const arn = arnOf('events', `api-destination/${name}`);
    return { name, arn, attributes: { ArnForPolicy: arn } };
  },

  'AWS::Scheduler::ScheduleGroup': (given) => {
    const name = named(given, 'Name', 64);
    return { name, arn: arnOf('scheduler', `schedule-group/${name}`) };
  },
  'AWS::Scheduler::Schedule': (given) => {
    const name = named(given, 'Name', 64);
    return { name, arn: arnOf('scheduler', `schedule/${given.property('GroupName') ?? 'default'}/${name}`) };
  },

  'AWS::Cognito::UserPool': (given) => {
    const { issuer } = given.endpoints;
    const name = generated(given);
    const attributes = { UserPoolId: name, ProviderURL: issuer, ProviderName: issuer.replace(/^https?:\/\//, '') };
    return { name, arn: arnOf('cognito-idp', `userpool/${name}`), attributes };
  },
  'AWS::Cognito::UserPoolClient': (given) => {
    const name = named(given, 'ClientName');
    return { name, attributes: { ClientId: name, Name: name } };
  },
  'AWS::Cognito::UserPoolResourceServer': (given) => ({ name: named(given, 'Identifier') }),
  'AWS::Cognito::UserPoolDomain': (given) => ({ name: named(given, 'Domain') }),

  'AWS::ApiGatewayV2::Api': (given) => {
    const name = generated(given);
    const arn = `arn:aws:apigateway:${region}::/apis/${name}`;
    return { name, arn, attributes: { ApiId: name, ApiEndpoint: given.endpoints.apiUrl } };
  },
  'AWS::ApiGatewayV2::Stage': (given) => ({ name: named(given, 'StageName') }),
  'AWS::ApiGatewayV2::Route': byId('RouteId'),
  'AWS::ApiGatewayV2::Integration': byId('IntegrationId'),
  'AWS::ApiGatewayV2::Authorizer': byId('AuthorizerId'),
  'AWS::ApiGatewayV2::Deployment': byId('DeploymentId'),

  'AWS::SNS::Topic': (given) => {
    const name = named(given, 'TopicName');
    const arn = arnOf('sns', name);
    return { name, ref: arn, arn, attributes: { TopicArn: arn, TopicName: name } };
  },
  'AWS::SecretsManager::Secret': (given) => {
    const name = named(given, 'Name');
    const arn = arnOf('secretsmanager', `secret:${name}`);
    return { name, ref: arn, arn, attributes: { Id: arn } };
  },
  'AWS::KMS::Key': (given) => {
    const name = generated(given);
    return { name, arn: arnOf('kms', `key/${name}`), attributes: { KeyId: name } };
  },
  'AWS::KMS::Alias': (given) => ({ name: named(given, 'AliasName') }),

  'AWS::Logs::LogGroup': (given) => {
    const name = named(given, 'LogGroupName');
    return { name, arn: arnOf('logs', `log-group:${name}:*`) };
  },
  'AWS::CloudWatch::Alarm': (given) => {
    const name = named(given, 'AlarmName');
    return { name, arn: arnOf('cloudwatch', `alarm:${name}`) };
  },
  'AWS::CloudWatch::CompositeAlarm': (given) => {
    const name = named(given, 'AlarmName');
    return { name, arn: arnOf('cloudwatch', `alarm:${name}`) };
  },
  'AWS::SSM::Document': (given) => {
    const name = named(given, 'Name');
    return { name, arn: arnOf('ssm', `document/${name}`) };
  },
  'AWS::ServiceCatalogAppRegistry::Application': (given) => {
    const name = named(given, 'Name');
    return { name, ref: name, arn: arnOf('servicecatalog', `/applications/${name}`), attributes: { Id: name } };
  },
  'AWS::CloudWatch::Dashboard': (given) => ({ name: named(given, 'DashboardName') }),

  'AWS::Glue::Database': (given) => ({ name: given.property('DatabaseInput', 'Name') ?? generated(given) }),
  'AWS::Glue::Table': (given) => ({ name: given.property('TableInput', 'Name') ?? generated(given) }),
};

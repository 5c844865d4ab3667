import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadTemplate, type Template } from '../../../../infra/local/template/template.ts';
import { endpoints, loadShop, smallAssembly } from './small-assembly.ts';

/** A resource with a property for a value under test. */
const holder = (value: unknown) => ({ Type: 'AWS::SQS::Queue', Properties: { Value: value } });
const valueOf = (value: unknown, rest: Record<string, unknown> = {}, others: Record<string, unknown> = {}) =>
  loadShop({ Holder: holder(value), ...others }, rest).resources[0]?.properties.Value;

describe('a template of the CDK', () => {
  let template: Template;
  const only = (type: string) => {
    const [found] = template.ofType(type);
    if (!found) throw new Error(`There is no ${type}`);
    return found;
  };

  beforeAll(() => {
    const source = smallAssembly({ Any: { Resources: {} } });
    mkdirSync(join(source, 'code'));
    writeFileSync(join(source, 'code', 'index.mjs'), 'export const handler = () => 1');
    const app = new App({ outdir: join(source, 'cdk.out') });
    const operations = new Stack(app, 'Operations', { stackName: 'Shop-Operations' });
    const data = new Stack(app, 'Data', { stackName: 'Shop-Data' });
    const table = new Table(data, 'Orders', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
    const pool = new UserPool(data, 'Pool');
    const client = pool.addClient('Storefront', { userPoolClientName: 'storefront' });
    const queue = new Queue(operations, 'Work');
    const api = new HttpApi(operations, 'Api');
    const place = new LambdaFunction(operations, 'Place', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(join(source, 'code')),
      environment: { TABLE: table.tableName, QUEUE: queue.queueUrl, API: api.url ?? '' },
    });
    table.grantWriteData(place);
    api.addRoutes({
      path: '/orders',
      integration: new HttpLambdaIntegration('Place', place),
      authorizer: new HttpUserPoolAuthorizer('Pool', pool, { userPoolClients: [client] }),
    });
    app.synth();
    template = loadTemplate(join(source, 'cdk.out'), endpoints);
  });

  test('has the stacks in dependency order', () => {
    expect([...new Set(template.resources.map(({ stack }) => stack))]).toEqual(['Shop-Data', 'Shop-Operations']);
  });

  test('resolves the physical names in a function’s environment', () => {
    const table = only('AWS::DynamoDB::Table');
    const queue = only('AWS::SQS::Queue');
    expect(table.name).toBe(`Shop-Data-${table.logicalId}`);
    expect(queue.ref).toBe(`http://127.0.0.1:3101/000000000000/${queue.name}`);
    expect(only('AWS::Lambda::Function').properties).toMatchObject({
      Environment: { Variables: { TABLE: table.name, QUEUE: queue.ref } },
      Role: only('AWS::IAM::Role').arn,
    });
  });

  test('resolves ARNs of another stack', () => {
    const { arn } = only('AWS::DynamoDB::Table');
    expect(only('AWS::IAM::Policy').properties.PolicyDocument).toMatchObject({ Statement: [{ Resource: [arn] }] });
    expect(arn).toMatch(/^arn:aws:dynamodb:eu-west-1:000000000000:table\/Shop-Data-Orders/);
  });

  test('replaces addresses that the CDK composes by local ones', () => {
    expect(only('AWS::ApiGatewayV2::Authorizer').properties.JwtConfiguration).toEqual({
      Audience: ['storefront'],
      Issuer: endpoints.issuer,
    });
    const { Environment: environment } = only('AWS::Lambda::Function').properties;
    expect(environment).toMatchObject({ Variables: { API: `${endpoints.apiUrl}/` } });
  });

  test('returns the directory of a function asset', () => {
    expect(template.assetDirectory(only('AWS::Lambda::Function').properties.Code)).toMatch(/cdk\.out\/asset\.\w+$/);
  });
});

test.each<[string, unknown, unknown]>([
  ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 1]] }, 'a-eu-west-1-1'],
  [
    'Fn::Sub',
    { 'Fn::Sub': 'arn:${AWS::Partition}:${Other.Arn}:${!Literal}' },
    'arn:aws:arn:aws:sqs:eu-west-1:000000000000:other:${Literal}',
  ],
  ['Fn::Sub with variables', { 'Fn::Sub': ['${A}/${AWS::StackName}', { A: { Ref: 'Size' } }] }, '10/Shop'],
  ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, [1, 2]],
  ['Fn::Base64', { 'Fn::Base64': 'hello' }, 'aGVsbG8='],
  ['Fn::GetAtt in its short form', { 'Fn::GetAtt': 'Other.QueueName' }, 'other'],
  ['a list parameter', { Ref: 'Zones' }, ['a', 'b']],
  [
    'AWS::NoValue',
    { kept: 1, gone: { Ref: 'AWS::NoValue' }, list: [{ Ref: 'AWS::NoValue' }, 2] },
    { kept: 1, list: [2] },
  ],
  ['Fn::If', { 'Fn::If': ['IsLarge', { 'Fn::Sub': '${Size}' }, { Ref: 'Nothing' }] }, '10'],
  ['Fn::If of a false condition', { 'Fn::If': ['IsElsewhere', 1, { Ref: 'AWS::NoValue' }] }, undefined],
  ['a policy condition', { Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
])('resolves %s', (_name, written, resolved) => {
  const sections = {
    Parameters: { Size: { Type: 'Number', Default: 10 }, Zones: { Type: 'CommaDelimitedList', Default: 'a,b' } },
    Mappings: { Sizes: { 'eu-west-1': { small: [1, 2] } } },
    Conditions: {
      IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
      IsElsewhere: { 'Fn::Not': [{ Condition: 'IsHere' }] },
      IsLarge: {
        'Fn::And': [
          { 'Fn::Or': [{ Condition: 'IsElsewhere' }, { Condition: 'IsHere' }] },
          { 'Fn::Equals': [{ Ref: 'Size' }, '10'] },
        ],
      },
    },
  };
  const other = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'other' } };
  expect(valueOf(written, sections, { Other: other })).toEqual(resolved);
});

test('omits a resource whose condition is false, and names it if a value refers to it', () => {
  const conditions = { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } };
  const optional = { Type: 'AWS::SQS::Queue', Condition: 'Never' };
  expect(loadShop({ Optional: optional }, conditions).resources).toEqual([]);
  expect(() => valueOf({ Ref: 'Optional' }, conditions, { Optional: optional })).toThrow(
    'Shop/Holder, Properties.Value.Ref: Optional does not exist, because its condition Never is false.',
  );
});

test.each<[string, unknown, string]>([
  [
    'an unknown resource',
    { a: [{ Ref: 'Gone' }] },
    'Shop/Holder, Properties.Value.a[0].Ref: Shop has no resource or parameter Gone.',
  ],
  [
    'an unknown attribute',
    { 'Fn::GetAtt': ['Holder', 'Color'] },
    'the local engine does not support Color of Holder (AWS::SQS::Queue).',
  ],
  ['an export of no stack', { 'Fn::ImportValue': 'Elsewhere:Table' }, 'no stack exports Elsewhere:Table.'],
  [
    'an output of no stack',
    { 'Fn::GetStackOutput': { StackName: 'Elsewhere', OutputName: 'Table' } },
    'no stack Elsewhere has an output Table.',
  ],
  [
    'an unknown function',
    { 'Fn::GetAZs': '' },
    'Shop/Holder, Properties.Value.Fn::GetAZs: the local engine does not support Fn::GetAZs.',
  ],
  ['a parameter without a default', { Ref: 'Secret' }, 'parameter Secret has no default.'],
  [
    'a parameter in SSM',
    { 'Fn::Sub': '${Image}' },
    'parameter Image is an SSM parameter, which the local engine does not support.',
  ],
  [
    'a dynamic reference',
    '{{resolve:ssm:/password}}',
    'Properties.Value: the local engine does not support dynamic references.',
  ],
  ['a missing condition', { 'Fn::If': ['Unknown', 1, 2] }, 'there is no condition Unknown.'],
  ['a circular condition', { 'Fn::If': ['Circular', 1, 2] }, 'condition Circular depends on itself.'],
  ['an index out of range', { 'Fn::Select': [2, ['a', 'b']] }, 'there is no element 2.'],
  ['a joined object', { 'Fn::Join': ['', [{ a: 1 }]] }, 'value must be text, not object.'],
  ['a member of Object.prototype', { Ref: 'constructor' }, 'Shop has no resource or parameter constructor.'],
])('names the location of %s', (_name, written, message) => {
  const sections = {
    Parameters: { Secret: { Type: 'String' }, Image: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a' } },
    Conditions: { Circular: { 'Fn::Not': [{ Condition: 'Circular' }] } },
  };
  expect(() => valueOf(written, sections)).toThrow(message);
});

test('returns the outputs of each stack, except those whose condition is false', () => {
  const work = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } };
  const template = loadShop(
    { Work: work, Api: { Type: 'AWS::ApiGatewayV2::Api' } },
    {
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Outputs: {
        QueueName: { Value: { 'Fn::GetAtt': ['Work', 'QueueName'] } },
        Url: { Value: { 'Fn::Sub': 'https://${Api}.execute-api.eu-west-1.amazonaws.com/' }, Export: { Name: 'Url' } },
        Omitted: { Value: { Ref: 'Nothing' }, Condition: 'Never' },
      },
    },
  );
  expect(template.outputs()).toEqual({ Shop: { QueueName: 'work', Url: `${endpoints.apiUrl}/` } });
});

test('resolves an output of another stack', () => {
  const holderOf = (output: string) => holder({ 'Fn::GetStackOutput': { StackName: 'Data', OutputName: output } });
  const data = {
    Resources: { Work: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } } },
    Outputs: { Name: { Value: { 'Fn::GetAtt': ['Work', 'QueueName'] } } },
  };
  const load = (output: string) =>
    loadTemplate(
      smallAssembly({ Data: data, Shop: { Resources: { Holder: holderOf(output) } } }, { Shop: ['Data'] }),
      endpoints,
    );
  expect(load('Name').resources.find(({ logicalId }) => logicalId === 'Holder')?.properties.Value).toBe('work');
  expect(() => load('Arn')).toThrow('no stack Data has an output Arn');
});

test('refuses a name that depends on itself', () => {
  const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: 'Loop' } } };
  expect(() => loadShop({ Loop: queue })).toThrow(
    'Shop/Loop, Properties.QueueName.Ref: the name of Loop depends on itself.',
  );
});

test('generates unique names within the maximum length of AWS', () => {
  const long = 'A'.repeat(90);
  const { resources } = loadShop({
    [`${long}1`]: { Type: 'AWS::S3::Bucket' },
    [`${long}2`]: { Type: 'AWS::S3::Bucket' },
    [`${long}3`]: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    [`${long}4`]: { Type: 'AWS::IAM::Role', Properties: { Path: '/shop/' } },
  });
  const [first, second, queue, role] = resources;
  expect(first?.name).toMatch(/^shop-a{49}-[0-9a-f]{8}$/);
  expect(second?.name).not.toBe(first?.name);
  expect(queue?.name).toMatch(/^.{75}\.fifo$/);
  expect(role?.name).toHaveLength(64);
  expect(role?.arn).toBe(`arn:aws:iam::000000000000:role/shop/${role?.name}`);
});

test('reads the stacks of a stage', () => {
  const stage = smallAssembly({ Shop: { Resources: { Work: { Type: 'AWS::SQS::Queue' } } } });
  const directory = smallAssembly({});
  const nested = { type: 'cdk:cloud-assembly', properties: { directoryName: `../${stage.split('/').at(-1)}` } };
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ artifacts: { Stage: nested } }));
  expect(loadTemplate(directory, endpoints).resources).toMatchObject([{ stack: 'Shop', logicalId: 'Work' }]);
});

test('refuses a directory without an assembly or without stacks', () => {
  expect(() => loadTemplate('/nowhere/cdk.out', endpoints)).toThrow(
    expect.objectContaining({ message: '/nowhere/cdk.out/manifest.json does not exist.', code: 'no-assembly' }),
  );
  expect(() => loadTemplate(smallAssembly({}), endpoints)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('has no stack'), code: 'no-assembly' }),
  );
});

test('refuses code that is not a directory of the assembly', () => {
  const template = loadShop({});
  expect(template.assetDirectory({ S3Bucket: 'assets', S3Key: 'asset.zip' })).toBe(
    join(template.directory, 'asset.code'),
  );
  expect(() => template.assetDirectory({ ZipFile: 'print(1)' })).toThrow('inline code');
  expect(() => template.assetDirectory({ S3Key: 'other.zip' })).toThrow('No asset manifest');
  expect(() => template.assetDirectory({ S3Key: 'file.json' })).toThrow('is not a directory');
});

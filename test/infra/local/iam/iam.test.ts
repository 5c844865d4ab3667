import { describe, expect, test } from 'vitest';
import { createIam } from '../../../../infra/local/iam/iam.ts';
import { loadShop } from '../template/small-assembly.ts';

type Json = Record<string, unknown>;

const tableArn = 'arn:aws:dynamodb:eu-west-1:000000000000:table/orders';
const allow = (changes: Json = {}): Json => ({
  Effect: 'Allow',
  Action: 'dynamodb:PutItem',
  Resource: tableArn,
  ...changes,
});
const trusts = (service: string, condition?: Json) => ({
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: service },
      ...(condition && { Condition: condition }),
    },
  ],
});
const roleOf = (properties: Json = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: { RoleName: 'place', AssumeRolePolicyDocument: trusts('lambda.amazonaws.com'), ...properties },
});
const policyOf = (statements: Json[], type = 'AWS::IAM::Policy') => ({
  Type: type,
  Properties: { PolicyDocument: { Version: '2012-10-17', Statement: statements }, Roles: [{ Ref: 'Role' }] },
});

const roleArn = 'arn:aws:iam::000000000000:role/place';
const iamOf = (...statements: Json[]) => createIam(loadShop({ Role: roleOf(), Policy: policyOf(statements) }));
const decide = (
  statements: Json[],
  action = 'dynamodb:PutItem',
  resource = tableArn,
  context?: Record<string, string>,
) => iamOf(...statements).authorize(roleArn, { action, resource, ...(context && { context }) });

describe('actions and resources', () => {
  test.each<[string, string, Json, string, string]>([
    ['the granted action', 'allowed', {}, 'dynamodb:PutItem', tableArn],
    ['the action in another case', 'allowed', { Action: 'DynamoDB:putitem' }, 'dynamodb:PutItem', tableArn],
    ['another action', 'denied', {}, 'dynamodb:DeleteItem', tableArn],
    ['another resource', 'denied', {}, 'dynamodb:PutItem', `${tableArn}-archive`],
    ['an index of the table', 'denied', {}, 'dynamodb:PutItem', `${tableArn}/index/byDay`],
    ['a resource in another case', 'denied', {}, 'dynamodb:PutItem', tableArn.replace('orders', 'Orders')],
    ['an action that matches *', 'allowed', { Action: ['s3:GetObject*'] }, 's3:GetObjectTagging', tableArn],
    ['? with too few characters', 'denied', { Action: 'dynamodb:Put?tem?' }, 'dynamodb:PutItem', tableArn],
    ['? with one character', 'allowed', { Action: 'dynamodb:Put?tem' }, 'dynamodb:PutItem', tableArn],
    [
      'an object that matches *',
      'allowed',
      { Resource: 'arn:aws:s3:::lake/*' },
      'dynamodb:PutItem',
      'arn:aws:s3:::lake/a/b\nc',
    ],
    [
      'the bucket of objects that match *',
      'denied',
      { Resource: 'arn:aws:s3:::lake/*' },
      'dynamodb:PutItem',
      'arn:aws:s3:::lake',
    ],
    [
      'a dot, which is not a wildcard',
      'denied',
      { Resource: 'arn:aws:s3:::la.e' },
      'dynamodb:PutItem',
      'arn:aws:s3:::lake',
    ],
    [
      'an action outside NotAction',
      'allowed',
      { Action: undefined, NotAction: 'dynamodb:Delete*' },
      'dynamodb:PutItem',
      tableArn,
    ],
    [
      'an action in NotAction',
      'denied',
      { Action: undefined, NotAction: 'dynamodb:Delete*' },
      'dynamodb:DeleteItem',
      tableArn,
    ],
    [
      'a resource in NotResource',
      'denied',
      { Resource: undefined, NotResource: tableArn },
      'dynamodb:PutItem',
      tableArn,
    ],
    [
      'a resource outside NotResource',
      'allowed',
      { Resource: undefined, NotResource: tableArn },
      'dynamodb:PutItem',
      'arn:other',
    ],
  ])('%s is %s', (_name, expected, changes, action, resource) => {
    expect(decide([allow(changes)], action, resource)).toBe(expected);
  });

  test('an explicit deny takes precedence, and the reason says so', () => {
    const statements = [allow(), allow({ Effect: 'Deny', Action: 'dynamodb:*', Resource: '*' }), allow()];
    expect(decide(statements)).toBe('denied');
    const permission = { action: 'dynamodb:PutItem', resource: tableArn };
    expect(iamOf(...statements).refusal(roleArn, permission)).toBe('with an explicit deny in an identity-based policy');
    expect(iamOf().refusal(roleArn, permission)).toBe(
      'because no identity-based policy allows the dynamodb:PutItem action',
    );
  });

  test('an unknown role is denied', () => {
    const iam = iamOf(allow({ Action: '*', Resource: '*' }));
    expect(iam.authorize(`${roleArn}2`, { action: 'dynamodb:PutItem', resource: tableArn })).toBe('denied');
  });
});

describe('a role has the statements of', () => {
  const permission = { action: 'dynamodb:PutItem', resource: tableArn };
  const other = roleOf({ RoleName: 'other' });
  const inline = { Policies: [{ PolicyName: 'Put', PolicyDocument: { Statement: allow() } }] };
  const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

  test.each<[string, Json]>([
    ['an inline policy', { Role: roleOf(inline) }],
    ['an attached policy', { Role: roleOf(), Policy: policyOf([allow()]) }],
    [
      'a managed policy with the role in Roles',
      { Role: roleOf(), Policy: policyOf([allow()], 'AWS::IAM::ManagedPolicy') },
    ],
    [
      'a managed policy in ManagedPolicyArns',
      {
        Role: roleOf({ ManagedPolicyArns: [basic, { Ref: 'Policy' }] }),
        Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement: [allow()] } } },
      },
    ],
  ])('%s', (_name, resources) => {
    const iam = createIam(loadShop({ ...resources, Other: other }));
    expect(iam.authorize(roleArn, permission)).toBe('allowed');
    expect(iam.authorize(roleArn.replace('place', 'other'), permission)).toBe('denied');
  });

  test('an unsupported managed policy is refused by name', () => {
    const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
    expect(() => createIam(loadShop({ Role: roleOf({ ManagedPolicyArns: [administrator] }) }))).toThrow(
      `Shop/Role: the local engine does not support the managed policy ${administrator}`,
    );
  });
});

const passed = (operator: string, value: unknown) => [
  allow({ Condition: { [operator]: { 'iam:PassedToService': value } } }),
];
const principal = (pattern: string) => [allow({ Condition: { ArnLike: { 'aws:PrincipalArn': pattern } } })];

describe('conditions', () => {
  const toScheduler = { 'iam:PassedToService': 'scheduler.amazonaws.com' };

  test.each<[string, unknown, Record<string, string> | undefined, string]>([
    ['StringEquals', ['a', 'scheduler.amazonaws.com'], toScheduler, 'allowed'],
    ['StringEquals', 'Scheduler.amazonaws.com', toScheduler, 'denied'],
    ['StringEquals', 'scheduler.amazonaws.com', undefined, 'denied'],
    ['StringEqualsIfExists', 'lambda.amazonaws.com', undefined, 'allowed'],
    ['StringEqualsIfExists', 'lambda.amazonaws.com', toScheduler, 'denied'],
    ['StringEqualsIgnoreCase', 'SCHEDULER.amazonaws.com', toScheduler, 'allowed'],
    ['StringNotEquals', ['a', 'scheduler.amazonaws.com'], toScheduler, 'denied'],
    ['StringNotEquals', 'scheduler.amazonaws.com', undefined, 'allowed'],
    ['StringLike', 'scheduler.*', toScheduler, 'allowed'],
    ['StringNotLike', 'scheduler.*', toScheduler, 'denied'],
    ['ForAllValues:StringEquals', 'lambda.amazonaws.com', undefined, 'allowed'],
    ['ForAllValues:StringEquals', 'lambda.amazonaws.com', toScheduler, 'denied'],
    ['ForAnyValue:StringEquals', 'lambda.amazonaws.com', undefined, 'denied'],
    ['Null', 'true', undefined, 'allowed'],
    ['Null', false, undefined, 'denied'],
    ['Null', false, toScheduler, 'allowed'],
  ])('a condition %s %j on %j is evaluated: %s', (operator, value, context, expected) => {
    expect(decide(passed(operator, value), 'dynamodb:PutItem', tableArn, context)).toBe(expected);
  });

  test('are evaluated for each request with its own condition keys', () => {
    const iam = iamOf(...passed('StringEquals', 'scheduler.amazonaws.com'));
    const permission = { action: 'dynamodb:PutItem', resource: tableArn };
    expect(iam.authorize(roleArn, permission)).toBe('denied');
    expect(iam.authorize(roleArn, { ...permission, context: toScheduler })).toBe('allowed');
    expect(iam.authorize(roleArn, { ...permission, context: { 'iam:PassedToService': 'other' } })).toBe('denied');
  });

  test('have the values of a TLS call by a role of this account and region', () => {
    const condition = {
      Bool: { 'aws:SecureTransport': true },
      StringEquals: { 'aws:RequestedRegion': 'eu-west-1', 'AWS:PrincipalAccount': '000000000000' },
      ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/pl*' },
    };
    expect(decide([allow({ Condition: condition })])).toBe('allowed');
    expect(decide([allow(), allow({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })])).toBe(
      'allowed',
    );
  });

  test('an ARN pattern does not match across the colons of an ARN', () => {
    expect(decide(principal('arn:*:role/place'))).toBe('denied');
    expect(decide(principal('arn:*:iam:*:*:role/place'))).toBe('allowed');
  });
});

test.each<[string, Json, string]>([
  ['operator', { Condition: { IpAddress: { 'aws:SourceArn': '10.0.0.0/8' } } }, 'condition operator IpAddress'],
  ['condition key', { Condition: { StringEquals: { 'dynamodb:Select': 'a' } } }, 'condition key dynamodb:Select'],
  ['policy variable', { Resource: 'arn:aws:s3:::lake/${aws:username}' }, 'policy variables'],
  ['statement element', { Principal: '*' }, 'Principal'],
  ['effect', { Effect: 'allow' }, 'Effect'],
  ['pair of Action and NotAction', { NotAction: 's3:*' }, 'either Action or NotAction'],
])('refuses an unsupported %s at the start, and names the policy', (_name, changes, message) => {
  expect(() => iamOf(allow(changes))).toThrow(new RegExp(`Shop/Policy: .*${message}`, 's'));
});

const iamTrusting = (document: Json) => createIam(loadShop({ Role: roleOf({ AssumeRolePolicyDocument: document }) }));

describe('a role can be assumed', () => {
  const scheduler = 'scheduler.amazonaws.com';
  const group = 'arn:aws:scheduler:eu-west-1:000000000000:schedule-group/default';

  test('only by the service in its trust policy', () => {
    const iam = iamTrusting(trusts(scheduler));
    expect(iam.canAssume(roleArn, scheduler)).toBe(true);
    expect(iam.canAssume(roleArn, 'lambda.amazonaws.com')).toBe(false);
    expect(iam.canAssume(`${roleArn}2`, scheduler)).toBe(false);
  });

  test('only on behalf of the source in its trust policy', () => {
    const condition = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' }, 'aws:SourceArn': group } };
    const iam = iamTrusting(trusts(scheduler, condition));
    expect(iam.canAssume(roleArn, scheduler, group)).toBe(true);
    expect(iam.canAssume(roleArn, scheduler, `${group}2`)).toBe(false);
    expect(iam.canAssume(roleArn, scheduler)).toBe(true);
  });
});

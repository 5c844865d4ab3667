import { expect, test } from 'vitest';
import { checkSupported } from '../../../infra/local/supported.ts';
import { loadShop } from './template/small-assembly.ts';

const queues = { 'AWS::SQS::Queue': { effective: ['VisibilityTimeout'], inert: ['KmsMasterKeyId'] } };

test('accepts effective and inert properties, and inert types', () => {
  const template = loadShop({
    Work: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 30, KmsMasterKeyId: 'key', Tags: [] } },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 7 } },
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
  });
  expect(() => checkSupported(template, [queues])).not.toThrow();
});

test('names every unsupported resource type and property', () => {
  const template = loadShop({
    Work: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 30, DelaySeconds: 5 } },
    Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: {} },
    Role: { Type: 'AWS::IAM::Role', Properties: { PermissionsBoundary: 'arn' } },
  });
  expect(() => checkSupported(template, [queues])).toThrow(
    [
      'Shop/Work: the local engine does not support DelaySeconds of AWS::SQS::Queue.',
      'Shop/Machine: the local engine does not support AWS::StepFunctions::StateMachine.',
      'Shop/Role: the local engine does not support PermissionsBoundary of AWS::IAM::Role.',
    ].join('\n'),
  );
});

test('merges the tables of two services that share a type', () => {
  const template = loadShop({
    Rule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: {}, ScheduleExpression: 'rate(1 day)' } },
  });
  const bus = { 'AWS::Events::Rule': { effective: ['EventPattern'], inert: [] } };
  const scheduler = { 'AWS::Events::Rule': { effective: ['ScheduleExpression'], inert: [] } };
  expect(() => checkSupported(template, [bus, scheduler])).not.toThrow();
  expect(() => checkSupported(template, [bus])).toThrow('ScheduleExpression');
});

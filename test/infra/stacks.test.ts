import { existsSync, globSync } from 'node:fs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { app, idsOf, ofType, resolve, resources, templates, withAlarmOn } from './synthesised.ts';

const functions = ofType('AWS::Lambda::Function');

test('every function has its own role, a log kept for 90 days, traces and alarms', () => {
  expect(idsOf(functions.map(({ properties }) => resolve(properties.Role))).size).toBe(functions.length);
  for (const { properties } of functions) {
    expect(resolve(properties.LoggingConfig.LogGroup).properties.RetentionInDays).toBe(90);
    expect(properties.TracingConfig.Mode).toBe('Active');
    expect(properties.Runtime).toBe('nodejs24.x');
  }
  expect(withAlarmOn('Errors')).toEqual(idsOf(functions));
  expect(withAlarmOn('Throttles')).toEqual(idsOf(functions));
});

test('every handler is deployed once', () => {
  const entries = functions.map(({ properties }) => properties.Description.split(': ')[1] ?? '');
  expect(entries.toSorted()).toEqual(globSync('**/*.handler.ts', { cwd: 'functions' }).toSorted());
});

test('every alarm states the impact, links to a README and notifies the alarm topic', () => {
  for (const { id, properties } of ofType('AWS::CloudWatch::Alarm')) {
    const [, readme = ''] = /^\S.*\. What to do: (\S+)$/.exec(properties.AlarmDescription) ?? [];
    expect(existsSync(readme), `${id}: ${properties.AlarmDescription}`).toBe(true);
    expect(properties.AlarmActions).toHaveLength(1);
  }
});

test('a deployment runs no custom resources', () => {
  expect(resources.filter(({ type }) => /^(Custom::|AWS::CloudFormation::CustomResource)/.test(type))).toEqual([]);
});

test('the stacks pass cdk-nag', () => {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  const found = violations.map(({ ruleName, violatingResources }) => [
    ruleName,
    violatingResources.map(({ constructPath }) => constructPath),
  ]);
  expect(found).toEqual([]);
});

test('no stack has more than 250 resources', () => {
  const sizes = [...templates].map(([stack, { Resources }]) => [stack, Object.keys(Resources).length] as const);
  expect(sizes.filter(([, size]) => size > 250)).toEqual([]);
});

test('every workflow has a stack of its own, except the trigger of the user pool, which names it', () => {
  const ownStack = functions.filter(
    ({ properties }) => !properties.Description.endsWith('sign-in/access-token.handler.ts'),
  );
  expect(ownStack).toHaveLength(functions.length - 1);
  const workflows = ownStack.map(({ properties }) => properties.Environment.Variables['POWERTOOLS_SERVICE_NAME']);
  const named = (stack: string) => stack.replaceAll(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  expect(ownStack.map(({ stack }) => named(stack))).toEqual(workflows);
});

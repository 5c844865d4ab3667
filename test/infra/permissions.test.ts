import { expect, test } from 'vitest';
import { ofType } from './synthesised.ts';

test('no role has a wildcard action, and only tracing has a wildcard resource', () => {
  const documents = [
    ...ofType('AWS::IAM::Policy').map(({ properties }) => properties.PolicyDocument),
    ...ofType('AWS::IAM::Role').flatMap(({ properties }) => properties.Policies?.map((p) => p.PolicyDocument) ?? []),
  ];
  const statements = documents.flatMap(({ Statement }) => Statement);
  const actions = statements.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  const onEverything = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
  const tracing = new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']);
  expect(new Set(onEverything.flatMap(({ Action }) => Action))).toEqual(tracing);
  for (const { properties } of ofType('AWS::IAM::Role')) expect(properties.ManagedPolicyArns).toBeUndefined();
});

test('refund approval reads orders and writes none', () => {
  const statements = ofType('AWS::IAM::Policy')
    .filter(({ id }) => id.startsWith('RefundApproval-'))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement);
  const actionsOn = (table: string) =>
    statements.filter(({ Resource }) => JSON.stringify(Resource).includes(table)).flatMap(({ Action }) => Action);
  expect(actionsOn('RefundTable')).toContain('dynamodb:PutItem');
  const onOrders = new Set(actionsOn('OrderTable'));
  expect(onOrders.size).toBeGreaterThan(0);
  const reading = new Set(['BatchGetItem', 'GetItem', 'Query', 'ConditionCheckItem'].map((each) => `dynamodb:${each}`));
  expect([...onOrders].filter((action) => !reading.has(action))).toEqual([]);
});

test('every function that can refuse an order for lack of stock may expire overdue holds', () => {
  for (const name of ['Placement', 'Api', 'Queued', 'Exchange', 'Sweep']) {
    const statements = ofType('AWS::IAM::Policy')
      .filter(({ id }) => id.startsWith(`OrderIntake-${name}`))
      .flatMap(({ properties }) => properties.PolicyDocument.Statement);
    const actionsOn = (resource: string) =>
      statements
        .filter(({ Resource }) => JSON.stringify(Resource).includes(resource))
        .flatMap(({ Action }) => Action)
        .map((action) => action.replace('dynamodb:', ''));
    expect(actionsOn('/index/byDue'), name).toEqual(['Query']);
    const changing = ['BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'];
    expect(actionsOn('OrderTable'), name).toEqual(expect.arrayContaining(changing));
    expect(actionsOn('StockTable'), name).toContain('UpdateItem');
  }
});

import { describe, expect, test } from 'vitest';
import { ofType } from './synthesised.ts';

test('no role has a wildcard action, and only tracing and the listing of queues have a wildcard resource', () => {
  const documents = [
    ...ofType('AWS::IAM::Policy').map(({ properties }) => properties.PolicyDocument),
    ...ofType('AWS::IAM::Role').flatMap(({ properties }) => properties.Policies?.map((p) => p.PolicyDocument) ?? []),
  ];
  const statements = documents.flatMap(({ Statement }) => Statement);
  const actions = statements.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  const onEverything = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
  // AWS offers no resource for these actions.
  const withoutResource = new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'sqs:ListQueues']);
  expect(new Set(onEverything.flatMap(({ Action }) => Action))).toEqual(withoutResource);
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

type Write = { role: string; table: string; action: string; partitions: string[]; attributes: string[] | undefined };

/** What each role may write, derived from the template: a statement without a condition covers all partitions. */
const writes: Write[] = ofType('AWS::IAM::Policy').flatMap(({ id, properties }) =>
  properties.PolicyDocument.Statement.flatMap(({ Action, Resource, Condition = {} }) => {
    const table = /Data-(\w+Table)/.exec(JSON.stringify(Resource))?.[1] ?? '';
    const role = id.replace(/(Function)?RoleDefaultPolicy\w+$/, '');
    const attributes = Condition['ForAllValues:StringEquals']?.['dynamodb:Attributes'];
    const partitions = [Condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? '*'].flat();
    return [Action]
      .flat()
      .filter((action) => /^dynamodb:(Put|Update|Delete|BatchWrite)/.test(action))
      .map((action) => ({
        role,
        table,
        action: action.replace('dynamodb:', ''),
        partitions,
        attributes: attributes === undefined ? undefined : [attributes].flat(),
      }));
  }),
);

/** Roles by what they may do, such as `OrderTable DeleteItem ORDER#*`. */
function rolesBy(found: Write[]): Record<string, string[]> {
  const grouped = Map.groupBy(
    found.flatMap((write) => write.partitions.map((partition) => ({ ...write, partition }))),
    ({ table, action, partition, attributes }) => [table, action, partition, ...(attributes ?? [])].join(' '),
  );
  return Object.fromEntries([...grouped].map(([key, all]) => [key, all.map(({ role }) => role).sort()]));
}

describe('least privilege for items', () => {
  const changesOrders = [
    'OrderIntake-Api',
    'OrderIntake-Exchange',
    'OrderIntake-Placement',
    'OrderIntake-QueuedOrders',
    'OrderIntake-RefundedAmounts',
    'OrderIntake-RefundedUnits',
    'OrderIntake-StripeWebhook',
    'OrderIntake-Sweep',
    'OrderIntake-UnfinishedSweep',
  ];
  const movesStock = [
    'StockUpdate-Api',
    'StockUpdate-FileUploaded',
    'StockUpdate-MovementMessage',
    'StockUpdate-ReturnReceived',
  ];
  const marks = 'pk sk settled attemptId state taken';

  test('these functions delete items: marks of chunked orders, empty lots, codes, refunded orders of a customer, and endpoints', () => {
    expect(rolesBy(writes.filter(({ action }) => action === 'DeleteItem'))).toEqual({
      [`OrderTable DeleteItem ORDER#* ${marks}`]: changesOrders,
      'StockTable DeleteItem SKU#* pk sk units unavailable expired expiresOn': [
        ...movesStock,
        'StockUpdate-ExpireLots',
        'StockUpdate-Shipment',
      ].sort(),
      'PromotionTable DeleteItem CODE#* pk sk promotionId': ['PromotionScheduling-Api'],
      'RefundTable DeleteItem CUSTOMER#*': ['RefundApproval-PersonalDataErased'],
      'WebhookTable DeleteItem CHANNEL#* pk sk version': ['ChannelWebhooks-Api'],
    });
  });

  test('these functions update parts of items in the order and the stock table', () => {
    const updates = writes.filter(({ action, table }) => action === 'UpdateItem' && /Order|Stock(?!Audit)/.test(table));
    const ships = ['OrderIntake-Api', 'OrderIntake-UnfinishedSweep'];
    const expires = ['StockUpdate-ExpireLots', 'StockUpdate-Shipment'];
    expect(rolesBy(updates)).toEqual({
      [`OrderTable UpdateItem ORDER#* ${marks}`]: changesOrders,
      'OrderTable UpdateItem ORDER#* pk sk risk version': ['OrderIntake-Risk'],
      'OrderTable UpdateItem ORDER#* pk sk emailKey customer': ['OrderIntake-IndexEmails'],
      'OrderTable UpdateItem ORDER#* pk sk message': ['OrderIntake-ErasePerson', 'OrderIntake-ExpirePersonalData'],
      'OrderTable UpdateItem EXPORT#*': ['OrderIntake-OrderExport'],
      'OrderTable UpdateItem QUEUED#* pk sk orders expiresAt': [
        'OrderIntake-Api',
        'OrderIntake-Placement',
        'OrderIntake-QueuedOrders',
      ],
      'StockTable UpdateItem SKU#* pk sk warehouses takes givenUpAt': changesOrders,
      'StockTable UpdateItem SKU#* pk sk warehouses idleSince lastMove': ships,
      'StockTable UpdateItem SKU#* pk sk warehouses lastMove': expires,
      'StockTable UpdateItem SKU#*': [...movesStock, 'StockUpdate-Repair'].sort(),
      'StockTable UpdateItem MOVEMENT#*': movesStock,
      'StockTable UpdateItem REPAIR#*': ['StockUpdate-Repair'],
      'StockTable UpdateItem RAISED#* pk sk status acknowledgement alertKey': ['StockUpdate-Api'],
    });
  });

  test('alerts are written by the functions that raise them; the API writes the events of levels only', () => {
    const puts = writes.filter(
      ({ action, partitions }) => action === 'PutItem' && partitions.some((each) => /^(ALERT|RAISED)/.test(each)),
    );
    expect(rolesBy(puts)).toEqual({
      'StockTable PutItem ALERT#*': ['StockUpdate-IdleStock', 'StockUpdate-StockChanged'],
      'StockTable PutItem RAISED#*': ['StockUpdate-IdleStock', 'StockUpdate-StockChanged'],
      'StockTable PutItem ALERT#* pk sk source detailType detail': ['StockUpdate-Api'],
    });
    const checked = ofType('AWS::IAM::Policy')
      .filter(({ id }) => id.startsWith('StockUpdate-StockChanged'))
      .flatMap(({ properties }) => properties.PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().includes('dynamodb:ConditionCheckItem'))
      .map(({ Condition }) => Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']);
    expect(checked.flat()).toEqual(['ALERT#*']);
  });

  test('a function writes order and stock items of its own partitions only', () => {
    const unlimited = writes.filter(
      ({ table, partitions }) => ['OrderTable', 'StockTable'].includes(table) && partitions.includes('*'),
    );
    expect(unlimited).toEqual([]);
    const partitionsOf = (role: string) =>
      new Set(writes.filter((write) => write.role === role).flatMap(({ partitions }) => partitions));
    expect(partitionsOf('StockUpdate-StockChanged')).toEqual(new Set(['ALERT#*', 'RAISED#*']));
    expect(partitionsOf('StockUpdate-IdleStock')).toEqual(new Set(['ALERT#*', 'RAISED#*']));
    expect(partitionsOf('OrderIntake-OrderExport')).toEqual(new Set(['EXPORT#*']));
    expect(partitionsOf('OrderIntake-OrderFileUploaded')).toEqual(new Set(['ORDER#*']));
  });

  test('the webhook API writes no deliveries, and nothing but a claim into an endpoint in place', () => {
    expect(rolesBy(writes.filter(({ table, action }) => table === 'WebhookTable' && action !== 'DeleteItem'))).toEqual({
      'WebhookTable PutItem CHANNEL#*': ['ChannelWebhooks-Api', 'ChannelWebhooks-Deliver'],
      'WebhookTable PutItem ENDPOINT#*': ['ChannelWebhooks-Deliver'],
      'WebhookTable UpdateItem CHANNEL#* pk sk pausedUntil': ['ChannelWebhooks-Api'],
      'WebhookTable UpdateItem CHANNEL#* pk sk failures pausedUntil failingSince lastFailure isSlow version': [
        'ChannelWebhooks-Deliver',
      ],
    });
  });

  test('only the API writes the refund policy, and no function writes all of the refund table', () => {
    const found = rolesBy(writes.filter(({ table, action }) => table === 'RefundTable' && action !== 'DeleteItem'));
    expect(found['RefundTable PutItem POLICY#*']).toEqual(['RefundApproval-Api']);
    expect(Object.keys(found).sort()).toEqual(
      ['CUSTOMER', 'ORDER', 'POLICY', 'REFUND'].map((partition) => `RefundTable PutItem ${partition}#*`),
    );
  });

  test('items are deleted in transactions only, together with the change that they belong to', () => {
    const statements = ofType('AWS::IAM::Policy').flatMap(({ properties }) => properties.PolicyDocument.Statement);
    const deleting = statements.filter(({ Action }) => [Action].flat().includes('dynamodb:DeleteItem'));
    expect(deleting.length).toBeGreaterThan(0);
    for (const { Condition } of deleting) {
      expect([Condition?.['ForAnyValue:StringEquals']?.['dynamodb:EnclosingOperation']].flat()).toEqual([
        'TransactWriteItems',
      ]);
    }
  });
});

test('the clients of machines get tokens by client credentials only', () => {
  const clients = ofType('AWS::Cognito::UserPoolClient').filter(({ properties }) => properties.ClientName !== 'people');
  expect(clients.length).toBeGreaterThan(0);
  for (const { properties } of clients) {
    expect(properties).toMatchObject({
      AllowedOAuthFlows: ['client_credentials'],
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
    });
  }
});

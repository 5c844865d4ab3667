import { expect, test } from 'vitest';
import { store } from '../../infra/store.ts';
import { idsOf, ofType } from './synthesised.ts';

const inData = (logicalId: string) => `Data-${logicalId}`;

test('tables, buckets, users and secrets are retained, and tables can be restored', () => {
  const tables = ofType('AWS::DynamoDB::Table');
  const buckets = ofType('AWS::S3::Bucket');
  const others = ['AWS::Cognito::UserPool', 'AWS::SecretsManager::Secret'].flatMap(ofType);
  for (const { deletionPolicy } of [...tables, ...buckets, ...others]) {
    expect(deletionPolicy).toBe('Retain');
  }
  for (const { properties } of tables) {
    expect(properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true);
    expect(properties.DeletionProtectionEnabled).toBe(true);
  }
  const streams = tables.flatMap(({ properties }) => properties.StreamSpecification ?? []);
  for (const { StreamViewType } of streams) expect(StreamViewType).toMatch(/^NEW_(AND_OLD_)?IMAGES?$/);
  const versioned = buckets.filter(({ properties }) => properties.VersioningConfiguration?.Status === 'Enabled');
  expect(idsOf(versioned)).toEqual(
    new Set(
      [
        'CatalogFilesBucket',
        'LakeBucket',
        'OrderFilesBucket',
        'PromotionFilesBucket',
        'ReportsBucket',
        'StockInboxBucket',
      ].map(inData),
    ),
  );
});

test('only items of the order, promotion, report, risk and webhook tables expire', () => {
  const expiring = ofType('AWS::DynamoDB::Table').flatMap(({ id, properties: { TimeToLiveSpecification: expiry } }) =>
    expiry ? [[id, expiry]] : [],
  );
  const expiry = { AttributeName: 'expiresAt', Enabled: true };
  expect(Object.fromEntries(expiring)).toEqual({
    'Data-OrderTable': expiry,
    'Data-PromotionTable': expiry,
    'Data-ReportTable': expiry,
    'Data-RiskTable': expiry,
    'Data-WebhookTable': expiry,
  });
});

test('the health check reads every table', () => {
  const health = ofType('AWS::Lambda::Function').find(({ properties }) =>
    properties.Description.endsWith('api-root/api.handler.ts'),
  );
  const names = JSON.stringify(health?.properties.Environment.Variables['TABLE_NAMES']);
  for (const { id } of ofType('AWS::DynamoDB::Table')) expect(names).toContain(id);
});

test('the logical ids of data are stable', () => {
  const kept = [
    'AWS::DynamoDB::Table',
    'AWS::S3::Bucket',
    'AWS::Events::EventBus',
    'AWS::Cognito::UserPool',
    'AWS::SecretsManager::Secret',
  ];
  const tableIds = [
    'AuditTable',
    'CatalogTable',
    'StockTable',
    'OrderTable',
    'LedgerTable',
    'PromotionTable',
    'RiskTable',
    'SettingsTable',
    'RefundTable',
    'ReportTable',
    'InsightsTable',
    'StockAuditTable',
    'WebhookTable',
  ];
  const bucketIds = [
    'AccessLogBucket',
    'CatalogFilesBucket',
    'LakeBucket',
    'OrderFilesBucket',
    'PromotionFilesBucket',
    'ReportsBucket',
    'StockInboxBucket',
  ];
  expect(idsOf(kept.flatMap(ofType))).toEqual(
    new Set(
      [
        ...tableIds,
        ...bucketIds,
        'Bus',
        'Users',
        ...Object.values(store.paymentWebhooks),
        'PaymentProviders',
        'CursorSecret',
        'PseudonymSecret',
        'QuoteSecret',
      ].map(inData),
    ),
  );
});

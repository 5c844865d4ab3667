import { describe, expect, test } from 'vitest';
import { createIam } from '../../../infra/local/iam/iam.ts';
import { permissionsOf, readRequest } from '../../../infra/local/s3/request.ts';
import { callOf } from '../local/local-context.ts';
import { loadShop } from '../local/template/small-assembly.ts';
import { templates } from '../synthesised.ts';

const bucket = 'reports';
/** The role and policy of the synthesised stack, with the name of the bucket. */
const resources = Object.fromEntries(
  Object.entries(templates.get('NightlyMetrics')?.Resources ?? {})
    .filter(([id]) => id.startsWith('ReportReader'))
    .map(([id, resource]) => {
      const text = JSON.stringify(resource);
      const arn = JSON.stringify(`arn:aws:s3:::${bucket}`);
      return [id, JSON.parse(text.replaceAll('{"Fn::ImportValue":"Storeworks-Data-ReportsBucketArn"}', arn)) as object];
    }),
);
const template = loadShop(resources);
const iam = createIam(template);
const [role] = template.ofType('AWS::IAM::Role');

function decide(method: string, path: string, query = ''): string {
  const call = callOf({ service: 's3', method, path, query: new URLSearchParams(query) });
  const decisions = permissionsOf(readRequest(call, new Set([bucket, 'lake']))).map((permission) =>
    iam.authorize(role?.arn ?? '', permission),
  );
  return decisions.every((each) => each === 'allowed') ? 'allowed' : 'denied';
}

describe('finance in S3', () => {
  test.each([
    ['GET', '/reports/daily/dt=2026-11-29/latest.json', ''],
    ['GET', '/reports/daily/dt=2026-11-29/v=1/orders.csv', ''],
    ['HEAD', '/reports/daily/dt=2026-11-29/v=1/orders.parquet', ''],
    ['GET', '/reports', 'list-type=2&prefix=daily/'],
    ['GET', '/reports/tables/orders/dt=2026-11-29/orders.parquet', ''],
    ['GET', '/reports/athena-results/a.csv', ''],
    ['PUT', '/reports/athena-results/a.csv', ''],
    ['GET', '/reports', 'list-type=2&prefix=daily/dt=2026-11-29/'],
  ])('may %s %s?%s', (method, path, query) => expect(decide(method, path, query)).toBe('allowed'));

  test.each([
    ['GET', '/reports/stock-audits/a.csv', ''],
    ['GET', '/reports/promotions/x/state', ''],
    ['GET', '/reports/daily-other/a', ''],
    ['PUT', '/reports/tables/orders/dt=2026-11-29/orders.parquet', ''],
    ['PUT', '/reports/daily/dt=2026-11-29/latest.json', ''],
    ['DELETE', '/reports/daily/dt=2026-11-29/latest.json', ''],
    ['POST', '/reports/daily/dt=2026-11-29/a.csv', 'uploads='],
    ['GET', '/lake/daily/a', ''],
    ['GET', '/lake/events/a', ''],
    ['GET', '/reports', 'list-type=2'],
    ['GET', '/reports', 'list-type=2&prefix='],
    ['GET', '/reports', 'list-type=2&prefix=promotions/'],
    ['GET', '/reports', 'list-type=2&prefix=daily'],
    ['GET', '/lake', 'list-type=2&prefix=daily/'],
    ['GET', '/', ''],
  ])('may not %s %s?%s', (method, path, query) => expect(decide(method, path, query)).toBe('denied'));

  test('takes the role with a second factor only, and no service may take it', () => {
    const trust = role?.properties['AssumeRolePolicyDocument'];
    expect(trust).toMatchObject({
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
          Principal: { AWS: 'arn:aws:iam::000000000000:root' },
        },
      ],
    });
    for (const service of ['lambda.amazonaws.com', 'ssm.amazonaws.com']) {
      expect(iam.canAssume(role?.arn ?? '', service)).toBe(false);
    }
  });
});

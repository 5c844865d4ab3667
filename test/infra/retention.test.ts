import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { store } from '../../infra/store.ts';
import { resources } from './synthesised.ts';

const readme = readFileSync(join(import.meta.dirname, '../../infra/README.md'), 'utf8');
const section = /^## Retention$([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
/** The rows of the table "Retention": the names in backquotes of "Where", and the other cells. */
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, data = '', where = '', lifetime = '', expiresBy = '', erasure = '']) => {
    const [place = '', ...folders] = [...where.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    return { data, place, folders, lifetime, expiresBy, erasure };
  });

const logicalId = (id: string) => id.slice(id.indexOf('-') + 1);
const ofTypes = (...types: string[]) => resources.filter(({ type }) => types.includes(type));
const tables = ofTypes('AWS::DynamoDB::Table').map(({ id, properties }) => ({ id: logicalId(id), properties }));
const buckets = ofTypes('AWS::S3::Bucket').map(({ id, properties }) => ({ id: logicalId(id), properties }));
/** The folders of buckets that functions may read or write, such as `LakeBucket events/`. */
const folders = [
  ...new Set(
    ofTypes('AWS::IAM::Policy')
      .flatMap(({ properties }) => properties.PolicyDocument.Statement)
      .map(({ Resource }) => JSON.stringify(Resource))
      .flatMap((text) => Array.from(text.matchAll(/Data-(\w+Bucket)","Arn"\]\},"\/([^"*]+\/)[^"]*"/g)))
      .map(([, bucket, folder]) => `${bucket} ${folder}`),
  ),
].toSorted();

describe('the retention of data', () => {
  it('is read from the table and from the template', () => {
    expect(rows.length).toBeGreaterThan(10);
    expect(folders).toContain('LakeBucket events/');
    expect(tables.length).toBeGreaterThan(5);
  });

  it.each(tables)('has a row for $id', ({ id, properties }) => {
    const own = rows.filter(({ place }) => place === id);
    expect(own).not.toEqual([]);
    expect(own.some(({ expiresBy }) => expiresBy.startsWith('TTL'))).toBe('TimeToLiveSpecification' in properties);
  });

  it.each(buckets)('has a row for $id', ({ id }) => {
    expect(rows.filter(({ place }) => place === id)).not.toEqual([]);
  });

  it.each(folders)('has a row for %s', (folder) => {
    const [bucket, name = ''] = folder.split(' ');
    expect(rows.filter((row) => row.place === bucket && row.folders.includes(name))).toHaveLength(1);
  });

  it.each(rows)('of $data says how it expires and how one person is erased', ({ lifetime, expiresBy, erasure }) => {
    expect(lifetime).not.toBe('');
    expect(erasure).not.toBe('');
    expect(`${erasure} ${expiresBy}`).not.toBe('expires ');
  });

  it.each(rows.filter(({ expiresBy, place }) => expiresBy === 'lifecycle rule' && place !== ''))(
    'of $data is that of the lifecycle rules',
    ({ place, folders: names, lifetime }) => {
      const bucket = buckets.find(({ id }) => id === place);
      const rules = bucket?.properties.LifecycleConfiguration?.Rules ?? [];
      const daysOf = (folder: string) =>
        rules
          .filter(({ Prefix = '', Status }) => Status === 'Enabled' && folder.startsWith(Prefix))
          .flatMap(({ ExpirationInDays }) => ExpirationInDays ?? []);
      for (const folder of names.length > 0 ? names : ['']) {
        expect(`${Math.min(...daysOf(folder))} days`, folder).toBe(lifetime);
      }
    },
  );

  it('of the personal data of orders is that of the settings', () => {
    const { orderPersonalDataDays } = store.retention;
    const orders = rows.find(({ place }) => place === 'OrderTable');
    expect(orders?.lifetime).toMatch(new RegExp(`^${orderPersonalDataDays} days`));
    const { properties } =
      ofTypes('AWS::Lambda::Function').find(({ properties: { Description } }) =>
        Description.endsWith('expire-personal-data.handler.ts'),
      ) ?? {};
    expect(properties?.Environment.Variables['PERSONAL_DATA_DAYS']).toBe(String(orderPersonalDataDays));
  });

  it.each(buckets)('of old versions in $id is 30 days, if it has any', ({ properties }) => {
    if (!properties.VersioningConfiguration) return;
    const days = properties.LifecycleConfiguration?.Rules.flatMap(
      ({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration?.NoncurrentDays ?? [],
    );
    expect(days).toEqual([30]);
  });
});

import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { literal } from '../../../shared/lake/sql.ts';
import { namedQueries } from '../../../shared/reports/named-queries.ts';
import { reportColumns, tableNameOf } from '../../../shared/reports/report-columns.ts';
import { ofType } from '../../infra/synthesised.ts';
import { build } from './build-day.ts';
import { lakeFile, orderCancelled, orderPlaced } from './lake-files.ts';

const duckDb = createDuckDb();
const days = ['2011-06-15', '2011-06-16'];
/** `tables/` as a run writes it. */
let root: string;

beforeAll(async () => {
  const kept = orderPlaced({
    orderId: 'ord_kept',
    taxMinor: 200,
    lines: [{ sku: 'MUG', quantity: 2, unitPriceMinor: 600, discountMinor: 100, taxMinor: 183 }],
  });
  const cancelled = orderPlaced({ orderId: 'ord_gone', shippingAddress: { country: 'FR' }, lines: [{ sku: 'TEA' }] });
  const later = orderCancelled({ ...cancelled.detail.data, placedAt: '2011-06-16T09:00:00.000Z' });
  const built = [await build([lakeFile(kept, cancelled)]), await build([lakeFile(later)], { date: days[1] ?? '' })];
  root = join(built[0]?.directory ?? '', 'tables');
  for (const [index, { directory }] of built.entries()) {
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.parquet'))) {
      const folder = join(root, file.replace('.parquet', ''), `dt=${days[index]}`);
      mkdirSync(folder, { recursive: true });
      copyFileSync(join(directory, file), join(folder, file));
    }
  }
});

const Rows = z.array(z.record(z.string(), z.unknown()));
const table = (report: string) =>
  `read_parquet(${literal(join(root, report, '*', '*.parquet'))}, hive_partitioning = true, hive_types = {'dt': VARCHAR})`;

/** Runs a saved query on the files, with values for its parameters. */
const query = (name: string, ...values: string[]) =>
  duckDb.connected(async (connection) => {
    for (const report of reportColumns.keys()) {
      await connection.run(`CREATE TEMP VIEW ${tableNameOf(report)} AS SELECT * FROM ${table(report)}`);
    }
    const { sql = '', parameters = [] } = namedQueries.find((each) => each.name === name) ?? {};
    expect([sql.split('?').length - 1, parameters.length]).toEqual([values.length, values.length]);
    let index = -1;
    return Rows.parse(await connection.rows(sql.replaceAll('?', () => literal(values[(index += 1)] ?? ''))));
  });

describe('the tables of Athena', () => {
  // Seen failing with `bigint` as the type of sums.
  it('have the names and types of the columns in the files', async () => {
    const types: Record<string, string> = {
      VARCHAR: 'string',
      BIGINT: 'bigint',
      'DECIMAL(38,0)': 'decimal(38,0)',
      TIMESTAMP: 'timestamp',
    };
    const tables = ofType('AWS::Glue::Table').map(({ properties }) => properties.TableInput);
    expect(tables.map(({ Name }) => Name).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      readdirSync(root)
        .map(tableNameOf)
        .toSorted((a, b) => (a < b ? -1 : 1)),
    );
    await duckDb.connected(async (connection) => {
      for (const report of reportColumns.keys()) {
        const found = Rows.parse(await connection.rows(`DESCRIBE SELECT * EXCLUDE (dt) FROM ${table(report)}`));
        const columns = found.map((row) => ({
          Name: String(row['column_name']).toLowerCase(),
          Type: types[String(row['column_type'])],
        }));
        const own = tables.find(({ Name }) => Name === tableNameOf(report));
        expect(own?.StorageDescriptor.Columns, report).toEqual(columns);
        expect(own?.Parameters['projection.dt.format']).toBe('yyyy-MM-dd');
      }
    });
  });

  it('limit what a query reads, and encrypt its results', () => {
    const [group] = ofType('AWS::Athena::WorkGroup');
    expect(group?.properties.WorkGroupConfiguration).toMatchObject({
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 10_737_418_240,
      ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
    });
  });
});

describe('the saved queries of finance', () => {
  it('are those of the template', () => {
    const saved = ofType('AWS::Athena::NamedQuery').map(({ properties }) => properties.QueryString);
    expect(new Set(saved)).toEqual(new Set(namedQueries.map(({ sql }) => sql)));
  });

  it('say what was sold, and what of it was reversed since', async () => {
    const sold = await query('what-did-we-sell', '2011-06-15', '2011-06-15');
    expect(sold).toMatchObject([
      { dt: '2011-06-15', channel: 'storefront', currency: 'GBP', orders: '2', netSales: '1917' },
    ]);
    expect(await query('what-was-reversed-since', '2011-06-15', '2011-06-15')).toEqual([
      { dt: '2011-06-16', eventType: 'OrderCancelled', currency: 'GBP', orders: '1', reversals: '1000' },
    ]);
    expect(await query('what-was-reversed-since', '2011-06-16', '2011-06-16')).toEqual([]);
    expect(await query('what-sold-best', ...days)).toMatchObject([{ sku: 'TEA' }, { sku: 'MUG' }, { sku: null }]);
  });

  it('say the tax by country, what promotions cost and what providers owe', async () => {
    expect(await query('tax-by-country', ...days)).toEqual([
      { country: 'FR', region: 'FR', currency: 'GBP', tax: '0', netSales: '1000' },
      { country: 'GB', region: 'GB', currency: 'GBP', tax: '200', netSales: '917' },
      // A cancellation that does not carry its sale, as before 2026-12-01.
      { country: null, region: null, currency: 'GBP', tax: '0', netSales: '-1000' },
    ]);
    expect(await query('promotion-cost', ...days)).toMatchObject([{ currency: 'GBP', discountsInclTax: '100' }]);
    expect(await query('provider-owes-us', ...days)).toEqual([]);
  });
});

import { Aws, type Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { type Column, reportColumns, tableNameOf } from '../../../shared/reports/report-columns.ts';
import { pascalCase } from '../../constructs/exports.ts';
import { reportDatabase, reportsBucket } from '../../data/finance/reports.ts';

/** Types of the Parquet files that DuckDB writes. Tests compare them with the files of a day. */
const types: Record<Column['type'], string> = {
  text: 'string',
  number: 'bigint',
  ratio: 'bigint',
  sum: 'decimal(38,0)',
  time: 'timestamp',
};
const format = 'org.apache.hadoop.hive.ql.io.parquet';

/** The reports in force as tables of Athena. It finds the days by their names: no crawler. */
export function addTables(stack: Stack): void {
  const database = new CfnDatabase(stack, 'ReportDatabase', {
    catalogId: Aws.ACCOUNT_ID,
    databaseInput: { name: reportDatabase, description: 'Daily reports of Storeworks in force' },
  });
  for (const [report, columns] of reportColumns) {
    const location = `s3://${reportsBucket.name}/tables/${report}/`;
    const table = new CfnTable(stack, `${pascalCase(report)}Table`, {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: reportDatabase,
      tableInput: {
        name: tableNameOf(report),
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: 'dt', type: 'string', comment: 'Business day' }],
        parameters: {
          classification: 'parquet',
          'projection.enabled': 'true',
          'projection.dt.type': 'date',
          'projection.dt.format': 'yyyy-MM-dd',
          'projection.dt.range': '2000-01-01,NOW+1DAYS',
          'storage.location.template': `${location}dt=\${dt}/`,
        },
        storageDescriptor: {
          location,
          columns: columns.map(({ name, type }) => ({ name: name.toLowerCase(), type: types[type] })),
          inputFormat: `${format}.MapredParquetInputFormat`,
          outputFormat: `${format}.MapredParquetOutputFormat`,
          serdeInfo: { serializationLibrary: `${format}.serde.ParquetHiveSerDe` },
        },
      },
    });
    table.addResourceDependency(database);
  }
}

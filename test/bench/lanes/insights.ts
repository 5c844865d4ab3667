import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { associations, basketCounts, pairsByChance } from '../../../shared/insights/associations.ts';
import { churnCalibration, churnOverTime } from '../../../shared/insights/churn.ts';
import { inputTables } from '../../../shared/insights/inputs.ts';
import { itemsOn } from '../../../shared/insights/items.ts';
import { customersOn } from '../../../shared/insights/segments.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { literal } from '../../../shared/lake/sql.ts';
import { type YearSale, yearSales } from '../year-sales.ts';

const Counts = z.array(z.object({ baskets: z.coerce.number(), allBaskets: z.coerce.number() }));

/** Pairs, segments, churn risk and classes of the sample year, with the time that each takes. */
export async function insights(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-insights-'));
  try {
    await createDuckDb().connected(async (connection) => {
      for (const sql of inputTables) await connection.run(sql);
      const sales: YearSale[] = [];
      for await (const sale of yearSales()) sales.push(sale);
      const path = join(directory, 'year.tsv');
      await writeFile(path, sales.map((sale) => `${Object.values(sale).join('\t')}\n`).join(''));
      const columns = `{'invoice': 'VARCHAR', 'sku': 'VARCHAR', 'date': 'DATE', 'units': 'BIGINT', 'pence': 'BIGINT', 'customer': 'VARCHAR'}`;
      await connection.run(
        `CREATE TEMP TABLE line AS FROM read_csv(${literal(path)}, delim = '\\t', header = false, columns = ${columns})`,
      );
      await connection.run(
        `INSERT INTO sale SELECT date, 'storefront', sku, 'GBP', sum(units), sum(pence) FROM line GROUP BY ALL`,
      );
      await connection.run('INSERT INTO basket SELECT DISTINCT invoice, sku FROM line');
      await connection.run(`INSERT INTO purchase SELECT customer, 'GBP', min(date), sum(pence) FROM line
        WHERE customer <> '' GROUP BY invoice, customer`);
      const day = sales.map(({ date }) => date).reduce((last, date) => (date > last ? date : last));
      const print = async (name: string, sql: string) => {
        const began = performance.now();
        const rows = await connection.rows(sql);
        console.log(`\n${name} (${Math.round(performance.now() - began)} ms)`);
        console.table(rows);
      };
      const counts = Counts.parse(await connection.rows(basketCounts));
      const byChance = pairsByChance(
        counts.map(({ baskets }) => baskets),
        counts[0]?.allBaskets ?? 0,
      );
      await print(
        `Pairs of ${counts.length} SKUs with at least 20 baskets in ${counts[0]?.allBaskets ?? 0} baskets; ${byChance.toFixed(3)} by chance`,
        `SELECT count(*) / 2 AS pairs, min(zhang) AS zhangFrom, max(zhang) AS zhangTo FROM (${associations})`,
      );
      await print(
        'Segments',
        `SELECT segment, count(*) AS customers, sum(sales) AS pence FROM (${customersOn(day)}) GROUP BY segment ORDER BY pence DESC`,
      );
      await print(
        'Churn of the last 90 days: predicted from the other half of the customers, and observed',
        `FROM (${churnCalibration(day)}) ORDER BY tenth`,
      );
      await print(
        'Churn of the last 90 days: predicted from the 90 days before, and observed',
        `FROM (${churnOverTime(day)}) ORDER BY tenth`,
      );
      await print(
        'Classes',
        `SELECT class, movement, count(*) AS skus, sum(sales) AS pence FROM (${itemsOn(day)}) GROUP BY ALL ORDER BY ALL`,
      );
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

import * as z from 'zod';
import type { Connection } from '../../../../shared/lake/sql.ts';
import { addFacts, eventDimensions, regionOf } from './fact-table.ts';

/** Orders of one customer in a day form a chain of ids and addresses: this many links would be an attack. */
const maxLinks = 100;
const Count = z.array(z.object({ rows: z.coerce.number() }));

const dimensions = `${eventDimensions('o')}, o.shippingAddress.country AS country,
  ${regionOf('o.shippingAddress.country', 'o.taxes')} AS region, o.customer."group" AS customerGroup`;

/**
 * Adds the facts of new and repeat customers (rule D10) from `order_event` and `known_customer`, the keys of the customers
 * of earlier days. Orders with a common key belong to one customer. It counts in the row of the first order of the day.
 */
export async function addCustomerFacts(connection: Connection): Promise<void> {
  // Events before 2026-11-30 have the address instead of its pseudonym.
  await connection.run(
    `CREATE TEMP TABLE customer_key AS
     SELECT DISTINCT id, unnest([customerId, coalesce(customerEmail, lower(o.customer.email))]) AS key
     FROM order_event WHERE reason IS NULL`,
  );
  await connection.run('DELETE FROM customer_key WHERE key IS NULL');
  await connection.run(
    'CREATE TEMP TABLE order_customer AS SELECT id, min(key) AS person FROM customer_key GROUP BY id',
  );
  for (let links = 0; links < maxLinks && (await mergeCustomers(connection)); links += 1);
  const counts = (condition: string) => `CAST(${condition} AS BIGINT)`;
  await connection.run(
    addFacts(
      `WITH known AS (SELECT DISTINCT person FROM known_customer JOIN customer_key USING (key) JOIN order_customer USING (id)),
         first AS (SELECT person, arg_min(id, (occurredMs, id)) AS id FROM order_customer JOIN order_event USING (id)
                   GROUP BY person)
       SELECT ${dimensions}, 'order' AS component,
         ${counts('first.id IS NOT NULL AND known.person IS NULL')} AS newCustomers,
         ${counts('first.id IS NOT NULL AND known.person IS NOT NULL')} AS repeatCustomers,
         ${counts('order_customer.id IS NULL')} AS unknownCustomers
       FROM order_event LEFT JOIN order_customer USING (id) LEFT JOIN first USING (id)
         LEFT JOIN known ON known.person = first.person
       WHERE reason IS NULL AND (first.id IS NOT NULL OR order_customer.id IS NULL)`,
    ),
  );
  await connection.run('DROP TABLE order_customer');
}

/** Gives each order the smallest customer of the orders that share a key with it; returns whether one changed. */
async function mergeCustomers(connection: Connection): Promise<boolean> {
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE merged_customer AS
     WITH by_key AS (SELECT key, min(person) AS person FROM customer_key JOIN order_customer USING (id) GROUP BY key)
     SELECT id, min(person) AS person FROM customer_key JOIN by_key USING (key) GROUP BY id`,
  );
  const [changed] = Count.parse(
    await connection.rows(
      `SELECT count(*) AS rows FROM merged_customer JOIN order_customer USING (id)
       WHERE merged_customer.person <> order_customer.person`,
    ),
  );
  await connection.run('DROP TABLE order_customer');
  await connection.run('ALTER TABLE merged_customer RENAME TO order_customer');
  return (changed?.rows ?? 0) > 0;
}

import { factMeasures } from '../../../../shared/metrics/facts.ts';

const dimensions = `eventId VARCHAR, eventType VARCHAR, occurredAt TIMESTAMP, hour VARCHAR, orderId VARCHAR,
  refundId VARCHAR, channel VARCHAR, currency VARCHAR, country VARCHAR, region VARCHAR, customerGroup VARCHAR,
  lineId VARCHAR, sku VARCHAR, category VARCHAR, component VARCHAR, promotion VARCHAR, code VARCHAR`;

/** Creates the empty table `fact`. */
export const factTable = `CREATE TEMP TABLE fact (${dimensions},
  ${factMeasures.map((name) => `${name} BIGINT DEFAULT 0`).join(', ')})`;

/** Adds rows by the names of their columns; measures that the query does not have are 0. */
export const addFacts = (query: string) => `INSERT INTO fact BY NAME ${query}`;

/** The dimensions that every event of an order has; `data` is the name of its parsed data. */
export const eventDimensions = (data: string) =>
  `id AS eventId, type AS eventType, epoch_ms(occurredMs) AS occurredAt, hour, ${data}.orderId AS orderId,
   ${data}.channel AS channel, ${data}.currency AS currency`;

/** The state of a tax jurisdiction such as `US-CA`, where the order's taxes have one; else the country. */
export const regionOf = (country: string, taxes: string) =>
  `coalesce(list_sort(list_filter(list_transform(${taxes}, lambda rate: rate.jurisdiction),
     lambda name: starts_with(name, ${country} || '-')))[-1], ${country})`;

/** The dimensions of the order's sale in the event of a change; `data` is the name of its parsed data. */
export const saleDimensions = (data: string) =>
  `${data}.sale.country AS country, ${regionOf(`${data}.sale.country`, `${data}.sale.taxes`)} AS region,
   ${data}.sale.customerGroup AS customerGroup`;

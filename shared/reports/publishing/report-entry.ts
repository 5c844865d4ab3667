import * as z from 'zod';

const Count = z.int().nonnegative();

/** Sums of one currency's rows by column: minor units, or units that were cancelled, edited or refunded. */
const Amounts = z.record(z.string(), z.int());

const ReportFile = z.object({
  /** Name beside the manifest, such as `orders.csv`. */
  file: z.string(),
  bytes: Count,
  /** Hexadecimal. */
  sha256: z.string(),
});

/** A report of a version in its manifest. */
export const ReportEntry = z.object({
  name: z.string(),
  rows: Count,
  /** Undefined where an order may be in several rows. */
  orders: Count.optional(),
  /** Ordered units; undefined in the reports of changes and refunds. */
  units: Count.optional(),
  /** By currency; empty when the report has no rows. */
  amounts: z.record(z.string(), Amounts),
  /** The sums above 2^53, which a JSON number cannot have, as text. They are not in `amounts`; absent if there are none. */
  largeAmounts: z.record(z.string(), z.record(z.string(), z.string().regex(/^-?\d+$/))).optional(),
  files: z.array(ReportFile),
});
export type ReportEntry = z.infer<typeof ReportEntry>;

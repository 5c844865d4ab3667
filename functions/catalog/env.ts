import * as z from 'zod';

export const IndexEnv = z.object({ CATALOG_TABLE_NAME: z.string().min(1) });
export type IndexEnv = z.infer<typeof IndexEnv>;

/** `TIME_ZONE` is the IANA zone of the business days. */
export const Env = IndexEnv.extend({ TIME_ZONE: z.string().min(1) });
export type Env = z.infer<typeof Env>;

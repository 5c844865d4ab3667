import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { BalanceRow } from './ledger-keys.ts';
import { OrderState } from './order-facts.ts';
import { SkuState } from './sku-cost.ts';

/** A state as its item has it: DEFLATE data (RFC 1951) of JSON. An order of 1,000 lines has about 30 KB. */
const deflated = <S extends z.ZodType>(state: S) =>
  z
    .instanceof(Uint8Array)
    .transform((data): unknown => JSON.parse(inflateRawSync(data).toString('utf8')))
    .pipe(state);
const stored = <S extends z.ZodType>(state: S) => z.object({ version: z.int(), state: deflated(state) });

/** Sums of all accounts from the first month to the end of one. */
export const StoredBalances = z.object({ balances: deflated(z.array(BalanceRow)) });

export const StoredOrder = stored(OrderState).extend({ orderId: z.string() });
export const StoredSku = stored(SkuState).extend({ sku: z.string() });
export const compressed = (state: object): Uint8Array => deflateRawSync(JSON.stringify(state));

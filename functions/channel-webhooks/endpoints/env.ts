import * as z from 'zod';

/** `allowed` permits endpoints on loopback addresses, also over http. Only the local engine sets it. */
export const loopback = { STOREWORKS_WEBHOOK_LOOPBACK: z.literal('allowed').optional() };

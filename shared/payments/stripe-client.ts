import Stripe from 'stripe';
import type { StripeAccount } from './providers.ts';

/** A client of Stripe's API, in a fixed version. It does not retry; the callers are retried as a whole. */
export const openStripe = ({ apiKey, apiBase }: Pick<StripeAccount, 'apiKey' | 'apiBase'>, timeoutMs: number): Stripe =>
  new Stripe(apiKey, {
    apiVersion: '2026-10-28.endive',
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    ...(apiBase !== undefined && endpointOf(apiBase)),
  });

function endpointOf(apiBase: string) {
  const { protocol, hostname, port } = new URL(apiBase);
  return {
    protocol: protocol === 'https:' ? ('https' as const) : ('http' as const),
    host: hostname,
    ...(port !== '' && { port }),
  };
}

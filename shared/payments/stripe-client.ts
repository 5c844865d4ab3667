import Stripe from 'stripe';
import type { StripeAccount } from './providers.ts';

/** Stripe's API, in the version that this code was written for. It retries nothing: whoever calls us does. */
export const openStripe = ({ apiKey, apiBase }: Pick<StripeAccount, 'apiKey' | 'apiBase'>, timeoutMs: number): Stripe =>
  new Stripe(apiKey, {
    apiVersion: '2026-10-28.endive',
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    ...(apiBase !== undefined && addressOf(apiBase)),
  });

function addressOf(apiBase: string) {
  const { protocol, hostname, port } = new URL(apiBase);
  return {
    protocol: protocol === 'https:' ? ('https' as const) : ('http' as const),
    host: hostname,
    ...(port !== '' && { port }),
  };
}

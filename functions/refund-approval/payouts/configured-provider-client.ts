import { PaymentProviders } from '../../../shared/payments/providers.ts';
import { createHttpProvider } from './http-provider-client.ts';
import type { SendPayout } from './provider.ts';
import { createStripeProvider } from './stripe-provider-client.ts';

/**
 * Returns the lookup of providers by name in the current secret. It returns undefined for a provider that staff pay
 * manually. `timeoutMs` limits one request; `now` returns milliseconds since the epoch.
 */
export function createProviderLookup(readSecret: () => Promise<string>, timeoutMs: number, now: () => number) {
  let current: { text: string; providers: Map<string, SendPayout> } | undefined;
  return async (name: string): Promise<SendPayout | undefined> => {
    const text = await readSecret();
    if (current?.text !== text) current = { text, providers: createProviders(text, timeoutMs, now) };
    return current.providers.get(name);
  };
}

function createProviders(text: string, timeoutMs: number, now: () => number): Map<string, SendPayout> {
  const settings = Object.entries(PaymentProviders.parse(JSON.parse(text)));
  return new Map(
    settings.map(([name, provider]) => [
      name,
      provider.kind === 'stripe'
        ? createStripeProvider(provider, timeoutMs)
        : createHttpProvider(provider, timeoutMs, now),
    ]),
  );
}

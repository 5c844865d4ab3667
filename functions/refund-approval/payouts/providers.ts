import { PaymentProviders } from '../../../shared/payments/providers.ts';
import { createHttpProvider } from './http-provider.ts';
import type { Repay } from './provider.ts';
import { createStripe } from './stripe.ts';

/** What pays through a provider, as the secret has it now; undefined for one that is paid through by hand. */
export function providersFrom(readSecret: () => Promise<string>, timeoutMs: number, now: () => number) {
  let known: { text: string; providers: Map<string, Repay> } | undefined;
  return async (name: string): Promise<Repay | undefined> => {
    const text = await readSecret();
    if (known?.text !== text) known = { text, providers: made(text, timeoutMs, now) };
    return known.providers.get(name);
  };
}

function made(text: string, timeoutMs: number, now: () => number): Map<string, Repay> {
  const settings = Object.entries(PaymentProviders.parse(JSON.parse(text)));
  return new Map(
    settings.map(([name, its]) => [
      name,
      its.kind === 'stripe' ? createStripe(its, timeoutMs) : createHttpProvider(its, timeoutMs, now),
    ]),
  );
}

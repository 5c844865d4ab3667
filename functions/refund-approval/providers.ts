import * as z from 'zod';
import { createHttpProvider } from './http-provider.ts';
import type { Repay } from './provider.ts';
import { createStripe } from './stripe.ts';

/** Over TLS, or on this machine, where nobody listens in. */
const Address = z
  .url({ protocol: /^https?$/ })
  .refine((text) => /^(https:|http:\/\/(127\.0\.0\.1|localhost)[:/])/.test(text), 'A provider is called over https');

/** The secret that says how each provider is paid through, by the name it has in the path of its webhooks. */
const Settings = z.record(
  z.string(),
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('stripe'), apiKey: z.string().min(1), apiBase: Address.optional() }),
    z.strictObject({ kind: z.literal('http'), url: Address, signingSecret: z.string().min(16) }),
  ]),
);

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
  const settings = Object.entries(Settings.parse(JSON.parse(text)));
  return new Map(
    settings.map(([name, its]) => [
      name,
      its.kind === 'stripe' ? createStripe(its, timeoutMs) : createHttpProvider(its, timeoutMs, now),
    ]),
  );
}

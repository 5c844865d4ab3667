import * as z from 'zod';

const Rate = z.number().positive();

/**
 * Requests per second of each caller, counted by each sandbox of a function for itself, so that counting needs no request.
 * A caller that was idle may send those of `burstSeconds` at once.
 */
export const RequestQuotas = z.object({
  /** Of a client, unless `byClient` (by client id) has its own. */
  perSecond: Rate,
  byClient: z.record(z.string(), Rate),
  /** Of an address without a token. A request with a valid signature does not count. */
  anonymousPerSecond: Rate,
  burstSeconds: Rate,
});
export type RequestQuotas = z.infer<typeof RequestQuotas>;

/** `clientId` is empty without a token; then the caller is its address. */
type Caller = { clientId: string; address: string };

/** Buckets that are kept, each of 100 bytes. A caller with more addresses than these gets a full bucket for each. */
const maxBuckets = 10_000;

/**
 * A token bucket per caller (https://en.wikipedia.org/wiki/Token_bucket). `waitSeconds` returns the seconds until the caller
 * has a token, 0 if it has one; `take` takes it, or several: what the caller does not have, it owes, and waits for. Times are
 * in milliseconds.
 */
export function createRequestLimits({ perSecond, byClient, anonymousPerSecond, burstSeconds }: RequestQuotas) {
  const rates = new Map(Object.entries(byClient));
  const buckets = new Map<string, { tokens: number; at: number }>();
  const rateOf = ({ clientId }: Caller) => (clientId === '' ? anonymousPerSecond : (rates.get(clientId) ?? perSecond));
  const keyOf = ({ clientId, address }: Caller) =>
    clientId === '' ? `address ${networkOf(address)}` : `client ${clientId}`;
  const bucketOf = (caller: Caller, now: number) => {
    const rate = rateOf(caller);
    const size = Math.max(1, rate * burstSeconds);
    const { tokens, at } = buckets.get(keyOf(caller)) ?? { tokens: size, at: now };
    // The clock may be set back.
    return { rate, tokens: Math.min(size, tokens + (Math.max(0, now - at) / 1000) * rate) };
  };
  return {
    waitSeconds(caller: Caller, now: number): number {
      const { rate, tokens } = bucketOf(caller, now);
      return tokens >= 1 ? 0 : (1 - tokens) / rate;
    },
    take(caller: Caller, now: number, count = 1): void {
      const key = keyOf(caller);
      const { tokens } = bucketOf(caller, now);
      buckets.delete(key);
      const [oldest] = buckets.keys();
      if (buckets.size >= maxBuckets && oldest !== undefined) buckets.delete(oldest);
      buckets.set(key, { tokens: tokens - count, at: now });
    },
  };
}
export type RequestLimits = ReturnType<typeof createRequestLimits>;

/** An IPv4 address, or the /64 network of an IPv6 address: a provider assigns at least that to one line (RFC 6177). */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array<string>(missing).fill('0'), ...rest];
  return all
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}

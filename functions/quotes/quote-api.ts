import { channelAccessOf } from '../../shared/access/channel-access.ts';
import { isBeforeLaunch } from '../../shared/catalog/publication.ts';
import type { SkuRecord } from '../../shared/catalog/sku-item.ts';
import { type HttpResponse, problem } from '../../shared/contracts/problem.ts';
import { maxQuoteLength } from '../../shared/contracts/quotes/signed-quote.ts';
import type { createQuote, QuoteContent } from '../../shared/contracts/quotes/routes.ts';
import { ownValue } from '../../shared/input/own-value.ts';
import { normalCode } from '../../shared/pricing/promotions/coupon-code.ts';
import { priceWithState } from '../../shared/promotions/price-with-state.ts';
import type { Request } from '../../shared/lambda/http-handler.ts';
import type { Channels, SellingPolicy } from '../../shared/store.ts';
import { signQuote } from '../../shared/quotes/signed-quote.ts';
import { quoteOf, quoting } from './quote.ts';
import type { QuoteStore } from './store.ts';

/** Prices baskets. A channel gets its own prices; other clients name the channel. */
export const createQuotes =
  (
    store: Pick<QuoteStore, 'offer' | 'remaining' | 'gifts' | 'isFirstOrder'>,
    channels: Channels,
    policy: SellingPolicy,
    signing: Signing,
  ) =>
  async ({ body, caller, cause }: Request<typeof createQuote>): Promise<HttpResponse> => {
    const channel = channelOf(body, caller.clientId, channels);
    if (!channel) return otherChannel;
    const { onlyChannel } = channelAccessOf(caller.clientId, channels);
    const visible = (skus: ReadonlyMap<string, SkuRecord>) =>
      onlyChannel === undefined ? skus : launched(skus, cause.now);
    const { couponCodes = [] } = body;
    const offer = await store.offer([...new Set(body.lines.map(({ sku }) => sku))], couponCodes, cause.causationId);
    const { rules, price, hintsFor, at } = quoting(
      { content: body, channel, now: cause.now },
      { ...offer, skus: visible(offer.skus) },
      policy,
    );
    const buyer = { currency: body.currency, customer: body.customer, at, codes: couponCodes.map(normalCode) };
    const priced = await priceWithState(price, rules.promotions?.set, {
      remaining: async (limited) =>
        rules.promotions ? store.remaining(limited, buyer, rules.promotions.policy) : new Map(),
      isFirstOrder: hasIdentity(body) ? () => store.isFirstOrder(body.customer ?? {}) : undefined,
      gifts: async (skus) => {
        const gifts = await store.gifts(skus);
        return { ...gifts, skus: visible(gifts.skus) };
      },
    });
    const quoted = quoteOf(body, priced, rules, hintsFor);
    if (!body.signed || !('body' in quoted) || 'refusal' in priced) return responseTo(quoted);
    const expiresAt = cause.now + signing.validMinutes * 60_000;
    const terms = { basket: body, channel: channel.channel, now: cause.now, expiresAt };
    const quote = signQuote(priced, terms, await signing.key());
    if (quote.length > maxQuoteLength) return tooLongToSign;
    const signedQuote = { quote, expiresAt: new Date(expiresAt).toISOString() };
    return { status: 200, body: { ...quoted.body, signedQuote } };
  };

const hasIdentity = ({ customer: { id, email } = {} }: QuoteContent) => id !== undefined || email !== undefined;

/** Key and validity of signed quotes. */
type Signing = { key: () => Promise<string>; validMinutes: number };

function responseTo(quoted: ReturnType<typeof quoteOf>): HttpResponse {
  if ('body' in quoted) return { status: 200, body: quoted.body };
  if ('missingGift' in quoted) {
    const detail = 'A promotion gives a gift that is out of stock, and requires it.';
    return problem(409, 'out-of-stock', detail, { lines: [quoted.missingGift] });
  }
  const { kind: _kind, type, detail, ...extension } = quoted.refusal;
  return problem(422, type, detail, extension);
}

/**
 * A channel does not see SKUs of products before their launch, whatever time it asks for: a quote of a later time would show
 * the plans of the store.
 */
const launched = (skus: ReadonlyMap<string, SkuRecord>, now: number) =>
  new Map([...skus].filter(([, { product }]) => !product || !isBeforeLaunch(product, now)));

/** No channel has this name, so that lists of channels do not apply. */
const noChannel = { channel: '', pricesItself: false };

function channelOf({ channel: named }: QuoteContent, clientId: string, channels: Channels) {
  const own = ownValue(channels, clientId);
  const { onlyChannel } = channelAccessOf(clientId, channels);
  if (named === undefined || named === own?.channel) return own ?? noChannel;
  return onlyChannel === undefined ? Object.values(channels).find(({ channel }) => channel === named) : undefined;
}

const tooLongToSign = problem(422, 'quote-too-long', 'The basket is too large for a signed quote.');

const otherChannel = problem(
  403,
  'other-channel',
  'A client reads the prices of its own channel, staff of every channel.',
);

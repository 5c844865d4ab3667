import { channelAccessOf } from '../../shared/access/channel-access.ts';
import { isBeforeLaunch } from '../../shared/catalog/publication.ts';
import type { SkuRecord } from '../../shared/catalog/sku-item.ts';
import { type HttpResponse, problem } from '../../shared/contracts/problem.ts';
import type { createQuote, QuoteContent } from '../../shared/contracts/quotes/routes.ts';
import { ownValue } from '../../shared/input/own-value.ts';
import type { Request } from '../../shared/lambda/http-handler.ts';
import type { Channels, SellingPolicy } from '../../shared/store.ts';
import { quote } from './quote.ts';
import type { QuoteStore } from './store.ts';

/** Prices baskets. A channel gets its own prices; other clients name the channel. */
export const createQuotes =
  (store: Pick<QuoteStore, 'offer'>, channels: Channels, policy: SellingPolicy) =>
  async ({ body, caller, cause }: Request<typeof createQuote>): Promise<HttpResponse> => {
    const channel = channelOf(body, caller.clientId, channels);
    if (!channel) return otherChannel;
    const { skus, ...rules } = await store.offer([...new Set(body.lines.map(({ sku }) => sku))], cause.causationId);
    const { onlyChannel } = channelAccessOf(caller.clientId, channels);
    const offer = { ...rules, skus: onlyChannel === undefined ? skus : launched(skus, cause.now) };
    const result = quote({ content: body, channel, now: cause.now }, offer, policy);
    if (!('refusal' in result)) return { status: 200, body: result };
    const { type, detail, errors, lines, amounts } = result.refusal;
    return problem(422, type, detail, { errors, ...(lines && { lines }), ...(amounts && { amounts }) });
  };

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

const otherChannel = problem(
  403,
  'other-channel',
  'A client reads the prices of its own channel, staff of every channel.',
);

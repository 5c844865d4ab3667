import assert from 'node:assert';
import type { OrderContent } from '../contracts/orders/routes.ts';
import { type Invalid, invalid } from '../pricing/sellable.ts';
import { type QuotedBasket, readQuote } from './signed-quote.ts';

type Quoted = { content: OrderContent; channel: { channel: string }; now: number };

/** The signed quote of an order, which was accepted at `now` (milliseconds), or why it is not one for this order. */
export function quoteOf(
  { content, channel: { channel }, now }: Quoted,
  key: string | undefined,
): { quote: QuotedBasket } | { refusal: Invalid } {
  assert(key !== undefined && content.quote !== undefined, 'The key is read with every order that has a quote');
  return hasAmounts(content) ? amountsWithQuote : readQuote(content.quote, content, { channel, now }, key);
}

const hasAmounts = (content: OrderContent): boolean =>
  [content, ...content.lines].some((part) => Object.keys(part).some((name) => name.endsWith('Minor')));

const amountsWithQuote = {
  refusal: invalid('amounts-with-quote', '/quote', 'Send either a quote or amounts: the quote has the amounts.'),
};

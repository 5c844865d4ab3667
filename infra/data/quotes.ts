import { SecretDefinition } from '../constructs/secret.ts';

/** Quotes are signed with it. With a new text, orders with quotes that were signed before are refused. */
export const quoteSecret = new SecretDefinition('QuoteSecret', 'QUOTE_SECRET_ARN', {
  description: 'The key of signed quotes',
});

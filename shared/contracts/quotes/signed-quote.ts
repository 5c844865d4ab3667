import * as z from 'zod';

/** A quote of 300 lines has about 120,000 characters. Queued orders, with their quote, are items of at most 400 KB. */
export const maxQuoteLength = 150_000;

/** A signed quote, as the answer to a basket has it and an order sends it back. */
export const SignedQuote = z.string().max(maxQuoteLength).meta({
  description: 'A quote as a JWS (RFC 7515)',
  example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdG9yZXdvcmtzLnF1b3RlcyJ9.c2lnbmF0dXJl',
});

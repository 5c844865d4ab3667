import * as z from 'zod';

/** A quote of 1,000 lines has about 400,000 characters; the body of an order has at most 1 MiB. */
export const maxQuoteLength = 900_000;

/** A signed quote, as the answer to a basket has it and an order sends it back. */
export const SignedQuote = z.string().max(maxQuoteLength).meta({
  description: 'A quote as a JWS (RFC 7515)',
  example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdG9yZXdvcmtzLnF1b3RlcyJ9.c2lnbmF0dXJl',
});

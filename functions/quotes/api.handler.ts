import * as routes from '../../shared/contracts/quotes/routes.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { Env } from './env.ts';
import { priceExplanation } from './explanation-api.ts';
import { createQuotes } from './quote-api.ts';
import { createQuoteStore } from './store.ts';

const {
  CHANNELS: channels,
  SELLING: policy,
  QUOTE_SECRET_ARN,
  QUOTE_VALID_MINUTES,
  ...tables
} = Env.parse(process.env);
const store = createQuoteStore(openDatabase(), tables);
const signing = { key: secretReader(QUOTE_SECRET_ARN), validMinutes: QUOTE_VALID_MINUTES };

export const handler = httpHandler(
  on(routes.createQuote, createQuotes(store, channels, policy, signing)),
  on(routes.explainPrice, priceExplanation(store, channels, policy)),
);

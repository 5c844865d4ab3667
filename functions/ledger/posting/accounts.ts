/** The chart of accounts. The first part of a name is its kind; contra accounts are of the kind of what they reduce. */
export const accounts = {
  receivable: 'assets:receivable:customers',
  bank: 'assets:bank',
  inventory: 'assets:inventory',
  clearing: (provider: string) =>
    // Store credit pays as money does, and is a liability of the store.
    provider === 'store-credit' ? 'liabilities:store-credit' : `assets:clearing:${part(provider)}`,
  disputed: (provider: string) => `assets:disputed:${part(provider)}`,
  deferredGoods: 'liabilities:deferred:goods',
  deferredDiscounts: 'liabilities:deferred:discounts',
  deferredShipping: 'liabilities:deferred:shipping',
  deferredCharges: 'liabilities:deferred:charges',
  deferredTax: 'liabilities:tax:deferred',
  /** `rate` is `<country>:<rate>`. */
  outputTax: (rate: string) => `liabilities:tax:output:${rate}`,
  /** Tax on purchases, which persons enter. */
  inputTax: 'assets:tax:input:GB',
  storeCredit: 'liabilities:store-credit',
  overpayments: 'liabilities:overpayments',
  goodsReceived: 'liabilities:goods-received',
  goods: 'revenue:goods',
  discounts: 'revenue:discounts',
  shipping: 'revenue:shipping',
  charges: 'revenue:charges',
  returns: 'revenue:returns',
  costOfGoods: 'expenses:cost-of-goods',
  gifts: 'expenses:gifts',
  paymentFees: 'expenses:payment-fees',
  chargebacks: 'expenses:chargebacks',
  chargebackFees: 'expenses:chargeback-fees',
  writeOffs: 'expenses:write-offs',
  shrinkage: 'expenses:shrinkage',
} as const;

/** The account of a tax rate below the output tax. */
export const rateName = (country: string, rate: string): string => `${part(country)}:${part(rate)}`;

/** A part of an account's name: hledger ends a name at two spaces, and a colon starts the next part. */
const part = (text: string): string => text.replaceAll(/[^A-Za-z0-9._-]+/g, '-');

const accountKinds = ['assets', 'liabilities', 'equity', 'revenue', 'expenses'] as const;
export type AccountKind = (typeof accountKinds)[number];

/** The kind of an account; undefined for a name outside the chart. */
export const kindOf = (account: string): AccountKind | undefined =>
  accountKinds.find((kind) => account.startsWith(`${kind}:`));

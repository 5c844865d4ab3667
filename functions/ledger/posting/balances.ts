import assert from 'node:assert';

/** A posting: a debit is positive, a credit negative. */
export type Posting = { account: string; amountMinor: number };

/** Amounts by currency and account. */
export class Balances {
  private readonly sums = new Map<string, Map<string, number>>();

  add(currency: string, account: string, amountMinor: number): this {
    if (amountMinor === 0) return this;
    const ofCurrency = this.sums.get(currency) ?? new Map<string, number>();
    this.sums.set(currency, ofCurrency.set(account, (ofCurrency.get(account) ?? 0) + amountMinor));
    return this;
  }

  plus(other: Balances, sign: 1 | -1 = 1): this {
    for (const { currency, account, amountMinor } of other.entries()) this.add(currency, account, sign * amountMinor);
    return this;
  }

  /** Entries in the order in which their accounts were first added, without those of 0. */
  entries(): (Posting & { currency: string })[] {
    return [...this.sums].flatMap(([currency, ofCurrency]) =>
      [...ofCurrency]
        .filter(([, amountMinor]) => amountMinor !== 0)
        .map(([account, amountMinor]) => ({ currency, account, amountMinor })),
    );
  }

  /** The postings by currency; the amounts of each sum to 0. */
  byCurrency(): { currency: string; postings: Posting[] }[] {
    return [...Map.groupBy(this.entries(), ({ currency }) => currency)].map(([currency, entries]) => {
      const postings = entries.map(({ account, amountMinor }) => ({ account, amountMinor }));
      assert(isBalanced(postings), `The postings in ${currency} do not balance: ${JSON.stringify(postings)}`);
      return { currency, postings };
    });
  }
}

const isBalanced = (postings: readonly Posting[]): boolean =>
  postings.reduce((sum, { amountMinor }) => sum + amountMinor, 0) === 0;

import { currencyCodes, currencyProblem } from '../reference-data/currencies.ts';
import { repeatedIds, type RuleProblem } from './rules.ts';
import type { ShippingMethod, ShippingMethodList } from './shipping-methods.ts';

/** What is wrong between the shipping methods. */
export const methodProblems = ({ methods }: ShippingMethodList): RuleProblem[] => [
  ...repeatedIds(
    methods,
    ({ method }) => method,
    (index) => ['methods', index, 'method'],
  ),
  ...methods.flatMap((method, index) =>
    problemsOf(method).map(({ path, message }) => ({ path: ['methods', index, ...path], message })),
  ),
];

function problemsOf({ prices, countries = [], taxCategory, taxed }: ShippingMethod): RuleProblem[] {
  const currencies = Object.keys(prices);
  const known = new Set(currencyCodes);
  return [
    ...(currencies.length === 0
      ? [{ path: ['prices'], message: 'Add a price for each currency in which the method is offered' }]
      : []),
    ...currencies
      .filter((currency) => !known.has(currency))
      .map((currency) => ({ path: ['prices', currency], message: currencyProblem(currency) })),
    ...repeatedIds(
      countries,
      (country) => country,
      (index) => ['countries', index],
    ),
    ...(taxed !== undefined && taxCategory !== undefined
      ? [{ path: ['taxCategory'], message: 'A price that is taxed like the goods has no tax category: leave one out' }]
      : []),
  ];
}

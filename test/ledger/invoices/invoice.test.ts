import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InvoicedOrder, invoiceOf } from '../../../functions/ledger/invoices/invoice.ts';
import { invoiceXml } from '../../../functions/ledger/invoices/invoice-xml.ts';
import { sumOf } from '../../../shared/pricing/price-order.ts';
import { anOrder, type Given, pricedOrder as order } from '../priced-orders.ts';
import { all, readXml, textOf, type XmlElement } from './xml-reader.ts';

const seller = {
  name: 'Storeworks Ltd',
  address: { line1: '1 Dock Road', city: 'London', postalCode: 'E16 1AG', country: 'GB' },
  vatNumber: 'GB999999973',
};
/** Whole pence of a decimal. */
const pence = (text: string) => {
  expect(text).toMatch(/^-?\d+\.\d{2}$/); // BR-DEC
  return Math.round(Number(text) * 100);
};
const sumAt = (elements: XmlElement[], ...path: string[]) =>
  sumOf(elements.map((each) => pence(textOf(each, ...path))));
const vatAt = (element: XmlElement, name: string) => {
  const [category] = all(element, name);
  return `${textOf(category ?? element, 'ID')} ${textOf(category ?? element, 'Percent')}`;
};

/** The calculation and category rules of EN 16931-1 and of its Schematron for UBL. */
function validate(document: XmlElement, order_: InvoicedOrder): void {
  const total = (name: string) => pence(textOf(document, 'LegalMonetaryTotal', name));
  const lines = all(document, 'InvoiceLine');
  const adjustments = all(document, 'AllowanceCharge');
  const charges = adjustments.filter((each) => textOf(each, 'ChargeIndicator') === 'true');
  const allowances = adjustments.filter((each) => textOf(each, 'ChargeIndicator') === 'false');
  const subtotals = all(document, 'TaxTotal', 'TaxSubtotal');
  expect(total('LineExtensionAmount'), 'BR-CO-10').toBe(sumAt(lines, 'LineExtensionAmount'));
  expect(total('AllowanceTotalAmount'), 'BR-CO-11').toBe(sumAt(allowances, 'Amount'));
  expect(total('ChargeTotalAmount'), 'BR-CO-12').toBe(sumAt(charges, 'Amount'));
  expect(total('TaxExclusiveAmount'), 'BR-CO-13').toBe(
    total('LineExtensionAmount') - total('AllowanceTotalAmount') + total('ChargeTotalAmount'),
  );
  const tax = pence(textOf(document, 'TaxTotal', 'TaxAmount'));
  expect(tax, 'BR-CO-14').toBe(sumAt(subtotals, 'TaxAmount'));
  expect(total('TaxInclusiveAmount'), 'BR-CO-15').toBe(total('TaxExclusiveAmount') + tax);
  expect(total('PayableAmount'), 'BR-CO-16').toBe(total('TaxInclusiveAmount'));
  expect([total('PayableAmount'), tax]).toEqual([
    order_.totalMinor,
    sumOf((order_.taxes ?? []).map((each) => each.taxMinor)),
  ]);
  expect(new Set(subtotals.map((each) => vatAt(each, 'TaxCategory'))).size, 'BR-CO-18').toBe(subtotals.length);
  for (const subtotal of subtotals) {
    const vat = vatAt(subtotal, 'TaxCategory');
    const [category = '', percentage = ''] = vat.split(' ');
    const [base, own] = [pence(textOf(subtotal, 'TaxableAmount')), pence(textOf(subtotal, 'TaxAmount'))];
    const of = (elements: XmlElement[], name: string, ...path: string[]) =>
      sumAt(
        elements.filter((each) => vatAt(all(each, ...path)[0] ?? each, name) === vat),
        path.length > 0 ? 'LineExtensionAmount' : 'Amount',
      );
    expect(base, `BR-${category}-08`).toBe(
      of(lines, 'ClassifiedTaxCategory', 'Item') - of(allowances, 'TaxCategory') + of(charges, 'TaxCategory'),
    );
    expect(Math.abs(own - (base * Number(percentage)) / 100), 'BR-CO-17, BR-S-09').toBeLessThan(100);
    const isFree = own === 0 && percentage === '0';
    expect(category === 'S' ? Number(percentage) > 0 : isFree, `BR-S-05, BR-${category}-09`).toBe(true);
    const reason = textOf(subtotal, 'TaxCategory', 'TaxExemptionReason');
    expect(reason !== '', `BR-${category}-10`).toBe(['E', 'G', 'AE'].includes(category));
    const buyerNumber = textOf(document, 'AccountingCustomerParty', 'Party', 'PartyTaxScheme', 'CompanyID');
    expect(category === 'AE' && buyerNumber === '', 'BR-AE-02').toBe(false);
  }
  const stated = new Set(subtotals.map((each) => vatAt(each, 'TaxCategory')));
  for (const line of lines) {
    const [item, price] = [all(line, 'Item')[0] ?? line, pence(textOf(line, 'Price', 'PriceAmount'))];
    expect(stated, 'BR-S-01, BR-Z-01, BR-G-01').toContain(vatAt(item, 'ClassifiedTaxCategory'));
    expect(price, 'BR-27').toBeGreaterThanOrEqual(0);
    expect(textOf(line, 'InvoicedQuantity')).toBe(textOf(line, 'Price', 'BaseQuantity'));
    expect(pence(textOf(line, 'LineExtensionAmount'))).toBe(price - sumAt(all(line, 'AllowanceCharge'), 'Amount'));
    expect(textOf(item, 'Name'), 'BR-25').not.toBe('');
  }
  for (const each of adjustments) {
    expect(stated).toContain(vatAt(each, 'TaxCategory'));
    expect(textOf(each, 'AllowanceChargeReason'), 'BR-33, BR-38').not.toBe('');
    expect(pence(textOf(each, 'Amount'))).toBeGreaterThan(0);
  }
  for (const path of [['ID'], ['IssueDate'], ['InvoiceTypeCode'], ['DocumentCurrencyCode'], ['PaymentTerms', 'Note']]) {
    expect(textOf(document, ...path), 'BR-02 to BR-05, BR-CO-25').not.toBe('');
  }
  const supplier = all(document, 'AccountingSupplierParty', 'Party')[0] ?? document;
  expect(textOf(supplier, 'PartyLegalEntity', 'RegistrationName'), 'BR-06').toBe(seller.name);
  expect(textOf(supplier, 'PartyTaxScheme', 'CompanyID'), 'BR-CO-09, BR-CO-26').toMatch(/^[A-Z]{2}/);
  expect(
    textOf(document, 'AccountingCustomerParty', 'Party', 'PostalAddress', 'Country', 'IdentificationCode'),
    'BR-11',
  ).not.toBe('');
}

const xmlOf = (given: InvoicedOrder) => {
  const result = invoiceOf(given);
  if ('refusal' in result) throw new Error(result.refusal);
  return invoiceXml(result.invoice, seller);
};

test('the invoice of any order that the store prices follows the rules of EN 16931', () => {
  const follows = fc.property(anOrder, (given) => {
    const priced = order(given);
    validate(readXml(xmlOf(priced)), priced);
  });
  expect(fc.check(follows, { numRuns: 150 })).toMatchObject({ failed: false, counterexample: null });
});

const plain: Given = {
  lines: [{ quantity: 2, unitPriceMinor: 1200, taxCategory: 'standard', ofLine: 0, ofOrder: 0 }],
  country: 'GB',
  taxIncluded: true,
  shippingMinor: 495,
  taxed: undefined,
  duty: undefined,
  vatNumber: undefined,
  isExempt: false,
};

test.each<[string, Partial<Given>, string]>([
  ['a domestic sale', {}, 'S 20'],
  [
    'a sale at rate zero',
    { lines: [{ quantity: 1, unitPriceMinor: 900, taxCategory: 'zero', ofLine: 0, ofOrder: 0 }], shippingMinor: 0 },
    'Z 0',
  ],
  ['an export', { country: 'CH' }, 'G 0'],
  ['a reverse charge', { country: 'DE', vatNumber: 'DE123456788' }, 'AE 0'],
  ['an exempt customer', { isExempt: true }, 'E 0'],
  ['a distance sale', { country: 'AT' }, 'S 20'],
])('%s has the category %s', (_, given, category) => {
  const document = readXml(xmlOf(order({ ...plain, ...given })));
  expect(all(document, 'TaxTotal', 'TaxSubtotal').map((each) => vatAt(each, 'TaxCategory'))).toEqual([category]);
});

test('the amounts of M01, and a name that is not part of the markup', () => {
  const xml = xmlOf(order(plain));
  const document = readXml(xml);
  expect(textOf(document, 'TaxTotal', 'TaxAmount')).toBe('4.83');
  expect(textOf(document, 'LegalMonetaryTotal', 'TaxExclusiveAmount')).toBe('24.12');
  expect(textOf(document, 'LegalMonetaryTotal', 'PayableAmount')).toBe('28.95');
  expect(textOf(document, 'AccountingCustomerParty', 'Party', 'PartyLegalEntity', 'RegistrationName')).toBe(
    'Ada & <Söhne>',
  );
  expect(xml).not.toContain('<Söhne>');
});

test.each<[string, Partial<InvoicedOrder>]>([
  ['cancelled', { status: 'cancelled' }],
  ['expired', { status: 'expired' }],
  ['without tax by rate', { taxes: undefined }],
  ['in a currency of three decimals', { currency: 'KWD' }],
  [
    'taxed by a state and a city',
    {
      taxes: ['state', 'city'].map((rateId) => ({
        rateId,
        percentage: '4',
        taxCategories: ['standard'],
        taxableMinor: 2412,
        taxMinor: 100,
      })),
    },
  ],
])('an order that is %s has no invoice', (_, given) =>
  expect(invoiceOf({ ...order(plain), ...given })).toHaveProperty('refusal'),
);

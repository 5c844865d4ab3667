import { exponentOf } from '../../../shared/reference-data/currencies.ts';
import type { Seller } from '../../../shared/store.ts';
import type { Invoice, Vat } from './invoice.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

const namespaces = [
  'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"',
  'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"',
  'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"',
].join(' ');
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Texts of customers: without characters that XML 1.0 does not have. */
const escaped = (text: string) =>
  text
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, ' ')
    .replaceAll(/[&<>"]/g, (character) => ownValue(entities, character) ?? character);

const basic = (name: string, value: string | number | undefined, attributes = '') =>
  value === undefined || value === '' ? '' : `<cbc:${name}${attributes}>${escaped(String(value))}</cbc:${name}>`;
const group = (name: string, ...parts: string[]) => `<cac:${name}>${parts.join('')}</cac:${name}>`;
const scheme = group('TaxScheme', basic('ID', 'VAT'));

/** VATEX codes of the exemptions that have one. */
const vatex: Partial<Record<Vat['category'], string>> = { G: 'VATEX-EU-G', AE: 'VATEX-EU-AE' };
const categoryOf = (name: string, { category, percentage }: Vat, reason?: string) =>
  group(
    name,
    basic('ID', category),
    basic('Percent', Number(percentage)),
    reason === undefined ? '' : basic('TaxExemptionReasonCode', vatex[category]) + basic('TaxExemptionReason', reason),
    scheme,
  );

type Address = {
  line1?: string | undefined;
  city?: string | undefined;
  postalCode?: string | undefined;
  country: string;
};
const postal = (name: string, { line1, city, postalCode, country }: Address) =>
  group(
    name,
    basic('StreetName', line1),
    basic('CityName', city),
    basic('PostalZone', postalCode),
    group('Country', basic('IdentificationCode', country)),
  );
const partyOf = (name: string, address: Address, vatNumber: string | undefined) =>
  group(
    'Party',
    postal('PostalAddress', address),
    vatNumber === undefined ? '' : group('PartyTaxScheme', basic('CompanyID', vatNumber), scheme),
    group('PartyLegalEntity', basic('RegistrationName', name)),
  );

/** An invoice as UBL 2.1, with the elements in the order of its schema. */
export function invoiceXml(invoice: Invoice, seller: Seller): string {
  const { currency, order, totals } = invoice;
  const exponent = exponentOf(currency);
  const amount = (name: string, minor: number) =>
    basic(name, (minor / 10 ** exponent).toFixed(exponent), ` currencyID="${currency}"`);
  const adjustment = (isCharge: boolean) => (each: { reason: string; amount: number; vat?: Vat }) =>
    group(
      'AllowanceCharge',
      basic('ChargeIndicator', String(isCharge)),
      basic('AllowanceChargeReason', each.reason),
      amount('Amount', each.amount),
      each.vat ? categoryOf('TaxCategory', each.vat) : '',
    );
  const buyer = order.billingAddress ?? order.shippingAddress;
  const parts = [
    basic('CustomizationID', 'urn:cen.eu:en16931:2017'),
    basic('ID', invoice.number),
    basic('IssueDate', invoice.issueDate),
    basic('InvoiceTypeCode', '380'),
    basic('DocumentCurrencyCode', currency),
    group('OrderReference', basic('ID', order.orderId)),
    group('AccountingSupplierParty', partyOf(seller.name, seller.address, seller.vatNumber)),
    // The personal data of an old order is erased.
    group(
      'AccountingCustomerParty',
      partyOf(buyer.name ?? order.customer.name ?? 'Customer', buyer, invoice.buyerVatNumber),
    ),
    group('Delivery', group('DeliveryLocation', postal('Address', order.shippingAddress))),
    group('PaymentTerms', basic('Note', 'Payable with the order')),
    ...invoice.allowances.map(adjustment(false)),
    ...invoice.charges.map(adjustment(true)),
    group(
      'TaxTotal',
      amount('TaxAmount', totals.tax),
      ...invoice.breakdown.map(({ vat, base, tax, reason }) =>
        group(
          'TaxSubtotal',
          amount('TaxableAmount', base),
          amount('TaxAmount', tax),
          categoryOf('TaxCategory', vat, reason),
        ),
      ),
    ),
    group(
      'LegalMonetaryTotal',
      amount('LineExtensionAmount', totals.lines),
      amount('TaxExclusiveAmount', totals.withoutTax),
      amount('TaxInclusiveAmount', totals.withTax),
      amount('AllowanceTotalAmount', totals.allowances),
      amount('ChargeTotalAmount', totals.charges),
      amount('PayableAmount', totals.payable),
    ),
    ...invoice.lines.map((line) =>
      group(
        'InvoiceLine',
        basic('ID', line.id),
        basic('InvoicedQuantity', line.quantity, ' unitCode="C62"'),
        amount('LineExtensionAmount', line.net),
        line.allowance === 0 ? '' : adjustment(false)({ reason: 'Discount', amount: line.allowance }),
        group(
          'Item',
          basic('Name', line.sku),
          group('SellersItemIdentification', basic('ID', line.sku)),
          categoryOf('ClassifiedTaxCategory', line.vat),
        ),
        // The price of all units is exact: that of one may not be a whole number of minor units without tax.
        group('Price', amount('PriceAmount', line.list), basic('BaseQuantity', line.quantity, ' unitCode="C62"')),
      ),
    ),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Invoice ${namespaces}>${parts.join('')}</Invoice>\n`;
}

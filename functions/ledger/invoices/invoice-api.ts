import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { getInvoice } from '../../../shared/contracts/ledger/invoice-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import type { Seller } from '../../../shared/store.ts';
import { InvoicedOrder, invoiceOf } from './invoice.ts';
import { invoiceXml } from './invoice-xml.ts';

/** Writes an order as an invoice; nothing is stored. */
export const invoiceApi =
  (db: Database, { orderTable, seller }: { orderTable: string; seller: Seller }) =>
  async ({ params: { orderId } }: Request<typeof getInvoice>): Promise<HttpResponse> => {
    const { Item } = await db.send(new GetCommand({ TableName: orderTable, Key: orderKey(orderId) }));
    const order = InvoicedOrder.safeParse(Item);
    // Payments that arrive before their order have an item without lines.
    if (!order.success) return problem(404, 'not-found', `There is no order ${orderId}.`);
    const result = invoiceOf(order.data);
    if ('refusal' in result) return problem(409, 'no-invoice', result.refusal);
    const headers = { 'content-disposition': `attachment; filename="invoice-${orderId}.xml"` };
    return {
      status: 200,
      headers,
      contentType: 'application/xml; charset=utf-8',
      body: invoiceXml(result.invoice, seller),
    };
  };

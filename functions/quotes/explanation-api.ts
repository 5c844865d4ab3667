import { channelAccessOf, isVisible } from '../../shared/access/channel-access.ts';
import { type HttpResponse, problem } from '../../shared/contracts/problem.ts';
import type { explainPrice } from '../../shared/contracts/quotes/routes.ts';
import type { Request } from '../../shared/lambda/http-handler.ts';
import { rulesOf } from '../../shared/pricing/pricing-rules.ts';
import type { Channels, SellingPolicy } from '../../shared/store.ts';
import { explain } from './explain.ts';
import type { QuoteStore } from './store.ts';

/** Explains the amounts of an order by the versions of the settings that it was priced by. */
export const priceExplanation =
  (
    store: Pick<QuoteStore, 'placedOrder' | 'taxZones' | 'shippingMethods'>,
    channels: Channels,
    policy: SellingPolicy,
  ) =>
  async ({ params, caller }: Request<typeof explainPrice>): Promise<HttpResponse> => {
    const order = await store.placedOrder(params.orderId);
    if (!order || !isVisible(order.channel, channelAccessOf(caller.clientId, channels))) return unknownOrder;
    const versions = order.pricing?.settingsVersions ?? { taxZones: 0, shippingMethods: 0 };
    const [zones, methods] = await Promise.all([
      versions.taxZones > 0 ? store.taxZones(versions.taxZones) : undefined,
      versions.shippingMethods > 0 ? store.shippingMethods(versions.shippingMethods) : undefined,
    ]);
    if (versions.taxZones > 0 && !zones) return ratesUnknown;
    return { status: 200, body: explain(order, { deployed: rulesOf(policy), zones, methods }) };
  };

const unknownOrder = problem(404, 'not-found', 'There is no such order.');
const ratesUnknown = problem(409, 'rates-unknown', 'The store no longer has the tax zones of this order.');

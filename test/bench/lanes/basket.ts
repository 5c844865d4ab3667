import { type ApiClient, createApiClient } from '../../support/system/api-client.ts';
import { waitUntilIdle } from '../../support/system/until-idle.ts';
import { ms, percentile, timed } from '../numbers.ts';
import { startObservedOffice } from '../office.ts';
import { placeOrder, stockSkus } from '../order-lane.ts';
import { usualTransactionMs } from '../counting/transaction-conflicts.ts';

const skuCount = 3000;
const clientCounts = [16, 64];
const ordersPerRun = 2000;

/** Orders of three of 3,000 SKUs, with 80 % of the lines from 20 % of the SKUs, and transaction conflicts as on AWS. */
export async function basket(): Promise<void> {
  const office = await startObservedOffice({ transactionMs: usualTransactionMs });
  try {
    const { credentials } = office;
    const storefront = createApiClient(credentials, 'storefront', Math.max(...clientCounts));
    const admin = createApiClient(credentials, 'admin', 8);
    const skus = await stockSkus(admin, skuCount);
    await baskets(storefront, skus, Math.max(...clientCounts), 500);
    console.log(`Baskets of 3 lines, ${skuCount} SKUs, 80 % of the lines from 20 % of them`);
    console.log(
      `  Two transactions on one item within ${usualTransactionMs} ms conflict (injected; dynoxide serialises transactions).`,
    );
    for (const clients of clientCounts) {
      await waitUntilIdle(credentials.gatewayUrl);
      office.begin();
      const { latencies, perSecond } = await baskets(storefront, skus, clients, ordersPerRun);
      const { transactions } = await office.tally();
      const { sent, conflicts, failedConditions } = transactions;
      console.log(`\n${clients} clients, ${ordersPerRun} orders, all placed`);
      console.log(`  placed               ${perSecond.toFixed(0)} orders/s`);
      console.log(
        `  latency              p50 ${ms(percentile(latencies, 0.5))}, p99 ${ms(percentile(latencies, 0.99))}`,
      );
      console.log(
        `  transactions         ${sent}: ${sent - ordersPerRun} retries, ${conflicts} conflicts, ${failedConditions} failed conditions`,
      );
      console.log(`  retries per order    ${((sent - ordersPerRun) / ordersPerRun).toFixed(3)}`);
    }
    await Promise.all([storefront.close(), admin.close()]);
  } finally {
    await office.stop();
  }
}

const baskets = (storefront: ApiClient, skus: string[], clients: number, count: number) =>
  timed(clients, count, () => placeOrder(storefront, threeOf(skus)));

/** Three different SKUs, each from the first fifth with a probability of 80 %. */
function threeOf(skus: string[]): string[] {
  const popular = skus.length / 5;
  const picked = new Set<string>();
  while (picked.size < 3) {
    const index = Math.random() < 0.8 ? Math.random() * popular : popular + Math.random() * (skus.length - popular);
    picked.add(skus[Math.floor(index)] ?? '');
  }
  return [...picked];
}

import { acceptOrders } from '../../../functions/order-intake/queue/accept.ts';
import type { QueuedOrder } from '../../../functions/order-intake/queue/intake-item.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { aCause, noon } from '../builders.ts';
import { channels } from '../environment.ts';

/** Accepts orders as the API does, a hundred at a time, and returns the messages on the queue. */
export async function queueOrders(
  { intakes }: { intakes: Parameters<typeof acceptOrders>[0] },
  contents: readonly OrderContent[],
  { channel = channels.storefront, now = noon }: { channel?: Parameters<typeof acceptOrders>[3]; now?: number } = {},
): Promise<QueuedOrder[]> {
  const messages: QueuedOrder[] = [];
  const queue = { send: async (orders: readonly QueuedOrder[]) => void messages.push(...orders) };
  for (let first = 0; first < contents.length; first += 100) {
    await acceptOrders(intakes, queue, contents.slice(first, first + 100), channel, aCause({ now }));
  }
  return messages;
}

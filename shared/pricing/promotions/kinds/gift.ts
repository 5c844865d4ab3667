import type { PromotionDefinition } from '../../../contracts/promotions/definition.ts';
import type { Facts } from '../candidates/facts.ts';
import type { Ledger } from '../combination/ledger.ts';

type Gift = Extract<PromotionDefinition['discount'], { kind: 'gift' }>;

/**
 * The first gift that is in stock for the gift and the ordered units together. Without one, what is missing of the first
 * choice.
 */
export function chooseGift(
  { gifts, units = 1 }: Gift,
  { cart }: Facts,
  ledger: Pick<Ledger, 'gifts'>,
  quota: number,
): { sku: string; quantity: number; priceMinor: number } | { sku: string; requested: number; available: number } {
  const quantity = Math.min(units, quota);
  const taken = (sku: string) =>
    [...cart.lines, ...ledger.gifts].reduce((all, line) => all + (line.sku === sku ? line.quantity : 0), 0);
  for (const sku of gifts) {
    const choice = cart.gifts.get(sku);
    if (choice && choice.available - taken(sku) >= quantity) {
      return { sku, quantity, priceMinor: choice.unitPriceMinor };
    }
  }
  const [sku = ''] = gifts;
  return { sku, requested: quantity + taken(sku), available: cart.gifts.get(sku)?.available ?? 0 };
}

import type { Goods } from './units.ts';

/**
 * Shares with tax of lines whose prices are without it, converted to discounts without tax. Where the rounding of the tax
 * allows it, what the customer pays falls by exactly the sum of the shares: a discount is moved by one minor unit for that.
 */
export function netShares(
  grossShares: readonly number[],
  { facts: { cart, ranks }, lines, remaining }: Goods,
): number[] {
  const { tax } = cart;
  if (!tax) return [...grossShares];
  const net = lines.map((index, position) => {
    const line = cart.lines[index];
    const share = grossShares[position] ?? 0;
    return line ? Math.min(tax.netOf(line, share), remaining[index] ?? 0) : share;
  });
  const fallOf = (position: number, discountMinor: number): number => {
    const index = lines[position] ?? 0;
    const line = cart.lines[index];
    const left = remaining[index] ?? 0;
    const grossOf = (amountMinor: number) => amountMinor + (line ? tax.onTop(line, amountMinor) : 0);
    return grossOf(left) - grossOf(left - discountMinor);
  };
  let missing = grossShares.reduce((total, share, position) => total + share - fallOf(position, net[position] ?? 0), 0);
  const order = lines
    .map((_line, position) => position)
    .toSorted((a, b) => (ranks[lines[a] ?? 0] ?? 0) - (ranks[lines[b] ?? 0] ?? 0));
  for (const position of order) {
    if (missing === 0) break;
    const own = net[position] ?? 0;
    const moved = own + Math.sign(missing);
    if (moved < 0 || moved > (remaining[lines[position] ?? 0] ?? 0)) continue;
    const rest = missing - (fallOf(position, moved) - fallOf(position, own));
    if (Math.abs(rest) >= Math.abs(missing)) continue;
    net[position] = moved;
    missing = rest;
  }
  return net;
}

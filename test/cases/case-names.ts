import type { GoodsScope, PromotionDefinition } from '../../shared/contracts/promotions/definition.ts';

/**
 * Names of a case in a running system that serves many cases: each starts with the name of the case, so that those of one
 * case keep their order.
 */
export function caseNames(space: string) {
  const own = (name: string) => `${space}-${name}`;
  const given = (name: string) => (name.startsWith(`${space}-`) ? name.slice(space.length + 1) : undefined);
  // A customer may enter blanks before a code.
  const ownCode = (code: string) => code.replace(/\S/, (first) => `${space}${first}`);
  const scope = <S extends GoodsScope | undefined>(goods: S): S => goods && { ...goods, ...entriesOf(goods) };
  const entriesOf = ({ skus, categories, products, except }: GoodsScope): Partial<GoodsScope> => ({
    ...(skus && { skus: skus.map(own) }),
    ...(categories && { categories: categories.map(own) }),
    ...(products && { products: products.map(own) }),
    ...(except && { except: { ...except, ...entriesOf(except) } }),
  });
  const discount = (of: PromotionDefinition['discount']): PromotionDefinition['discount'] => {
    if (of.kind === 'gift') return { ...of, gifts: of.gifts.map(own) };
    if (of.kind === 'bundle') {
      return { ...of, bundle: Object.fromEntries(Object.entries(of.bundle).map(([sku, units]) => [own(sku), units])) };
    }
    if (of.kind !== 'buy-get') return of;
    return { ...of, buy: { ...of.buy, of: scope(of.buy.of) }, get: { ...of.get, of: scope(of.get.of) } };
  };
  return {
    own,
    /** The name in the case; undefined for one of another case. */
    given,
    ownCode,
    givenCode: (code: string) => code.replace(space, ''),
    definition: (of: PromotionDefinition): PromotionDefinition => ({
      ...of,
      name: own(of.name),
      discount: discount(of.discount),
      eligible: scope(of.eligible),
      ...(of.condition && { condition: { ...of.condition, of: scope(of.condition.of) } }),
      ...(of.codes && { codes: of.codes.map(ownCode) }),
    }),
  };
}

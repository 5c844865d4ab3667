import type { Attribute } from '../../../shared/catalog/attribute.ts';
import type { Requirements } from '../../../shared/catalog/category-tree.ts';
import type { ProductContent } from '../../../shared/contracts/catalog/product-routes.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { contentHash } from '../../../shared/ids.ts';

type Owned = { attribute: Attribute; pointer: string; of: 'product' | 'variant' };

/** What is wrong with the attributes of a product and of its variants. */
export function attributeErrors(content: ProductContent, { attributes: rules }: Requirements): FieldError[] {
  const ofProduct = placed(content.attributes, '/attributes', 'product');
  const ofVariants = content.variants.map(({ attributes }, index) =>
    placed(attributes, `/variants/${index}/attributes`, 'variant'),
  );
  const all = [...ofProduct, ...ofVariants.flat()];
  return [
    ...[ofProduct, ...ofVariants].flatMap(repeated),
    ...all.flatMap((owned) => againstRules(owned, rules)),
    ...otherTypes(all),
    ...all.flatMap(shareErrors),
    ...equalVariants(content),
  ];
}

const placed = (attributes: readonly Attribute[], path: string, of: Owned['of']): Owned[] =>
  attributes.map((attribute, index) => ({ attribute, pointer: `${path}/${index}`, of }));

const repeated = (owned: readonly Owned[]): FieldError[] =>
  owned.flatMap(({ attribute: { name }, pointer }, index) =>
    owned.findIndex(({ attribute }) => attribute.name === name) < index
      ? [{ pointer: `${pointer}/name`, detail: `The attribute ${name} is there already. Remove one of them.` }]
      : [],
  );

/** The category decides the type of an attribute that it names, and whether variants have it. */
function againstRules({ attribute, pointer, of }: Owned, rules: Requirements['attributes']): FieldError[] {
  const rule = rules.find(({ name }) => name === attribute.name);
  if (!rule) return [];
  if (rule.type !== attribute.type) {
    const detail = `The category has ${attribute.name} as ${rule.type}, not ${attribute.type}. Send it as ${rule.type}.`;
    return [{ pointer: `${pointer}/type`, detail }];
  }
  if (rule.of === of) return [];
  const owner = rule.of === 'variant' ? 'each variant' : 'the product';
  return [{ pointer, detail: `The category has ${attribute.name} on ${owner}. Move it there.` }];
}

/** An attribute has the same type wherever it occurs in a product. */
const otherTypes = (all: readonly Owned[]): FieldError[] =>
  all.flatMap(({ attribute: { name, type }, pointer }, index) => {
    const first = all.find(({ attribute }) => attribute.name === name);
    if (!first || first.attribute.type === type || all.indexOf(first) === index) return [];
    const detail = `The attribute ${name} is ${first.attribute.type} at ${first.pointer}. Use one type.`;
    return [{ pointer: `${pointer}/type`, detail }];
  });

function shareErrors({ attribute, pointer }: Owned): FieldError[] {
  if (attribute.type !== 'material') return [];
  const shares = attribute.value.flatMap(({ percent }) => percent ?? []);
  if (shares.length === 0) return [];
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.length === attribute.value.length && sum === 100) return [];
  const detail = `The shares of ${attribute.name} are ${sum} percent of ${shares.length} of ${attribute.value.length} material(s). Give every share, 100 in total, or none.`;
  return [{ pointer: `${pointer}/value`, detail }];
}

/** Two variants with the same values are one, whatever the order and the spelling of the values. */
function equalVariants({ variants }: ProductContent): FieldError[] {
  const first = new Map<string, { sku: string }>();
  return variants.flatMap(({ sku, attributes }, index) => {
    const values = contentHash(
      attributes.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((attribute) => spelledAlike(attribute)),
    );
    const other = first.get(values);
    if (!other) {
      first.set(values, { sku });
      return [];
    }
    if (other.sku === sku) return [];
    const detail =
      attributes.length === 0
        ? `Neither ${sku} nor ${other.sku} has attributes. Add one that tells them apart.`
        : `The variants ${other.sku} and ${sku} have the same attribute values. Change a value, or remove one of them.`;
    return [{ pointer: `/variants/${index}/attributes`, detail }];
  });
}

function spelledAlike(value: unknown): unknown {
  if (typeof value === 'string') return value.normalize('NFKC').toLowerCase();
  if (Array.isArray(value)) return value.map(spelledAlike);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, spelledAlike(member)]));
}

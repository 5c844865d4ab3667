import * as z from 'zod';
import { ProductId, ProductRecord } from '../../../shared/catalog/product.ts';
import { ProductLaunched, ProductWithdrawn } from '../../../shared/contracts/catalog/product-events.ts';
import { contentHash } from '../../../shared/ids.ts';
import { Instant } from '../../../shared/names.ts';

/** What a launch or a withdrawal depends on. */
export const ScheduledProduct = ProductRecord.pick({
  productId: true,
  title: true,
  variants: true,
  status: true,
  publishedFrom: true,
  publishedUntil: true,
}).extend({ version: z.int().positive(), changedAt: Instant });
export type ScheduledProduct = z.infer<typeof ScheduledProduct>;

export const announcementKinds = ['launched', 'withdrawn'] as const;

/** The message that a schedule sends: the product is launched or withdrawn at `at`. */
export const Announcement = z.strictObject({ productId: ProductId, kind: z.enum(announcementKinds), at: Instant });
export type Announcement = z.infer<typeof Announcement>;

/** Name of the schedule. A product id can be longer than a name and have other characters. */
export const scheduleNameOf = (productId: string, kind: Announcement['kind']) => `${kind}.${contentHash(productId)}`;

const timeOf = ({ status, publishedFrom, publishedUntil }: ScheduledProduct, kind: Announcement['kind']) => {
  if (status !== 'published') return undefined;
  return kind === 'launched' ? publishedFrom : publishedUntil;
};

/**
 * What to do with a schedule after a change of the product. A time before the change was announced by the change itself or
 * has its schedule from an earlier one, which may run late: it is kept.
 */
export function scheduleChange(
  product: ScheduledProduct,
  kind: Announcement['kind'],
): { kind: 'put'; announcement: Announcement } | { kind: 'remove' | 'keep' } {
  const at = timeOf(product, kind);
  if (at === undefined) return { kind: 'remove' };
  if (Date.parse(at) <= Date.parse(product.changedAt)) return { kind: 'keep' };
  return { kind: 'put', announcement: { productId: product.productId, kind, at } };
}

/** The data of the event, unless the product has another time now or is not published any more. */
export function announced(product: ScheduledProduct, { kind, at }: Announcement) {
  if (timeOf(product, kind) !== at) return undefined;
  const { productId, title, variants, version } = product;
  const data = { productId, title, skus: variants.map(({ sku }) => sku), at, version };
  return { definition: kind === 'launched' ? ProductLaunched : ProductWithdrawn, data };
}

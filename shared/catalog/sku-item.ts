/** Partition of a SKU and of the events of its changes. */
export const skuPartition = (sku: string) => `SKU#${sku}`;

/** Key of a SKU's item in the catalogue; read it with `SkuRecord`. */
export const skuKey = (sku: string) => ({ pk: skuPartition(sku), sk: 'SKU' });

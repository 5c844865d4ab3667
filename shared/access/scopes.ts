/** Every permission a token can carry; on the wire it is `storeworks/<name>`. Source: the HTTP contract. */
export const scopes = {
  'orders.write': 'Place, change and cancel orders',
  'orders.read': 'Read orders',
  'catalog.write': 'Create and change SKUs',
  'catalog.read': 'Read SKUs',
  'stock.write': 'Post stock movements',
  'stock.read': 'Read stock',
  'refunds.request': 'Ask for refunds',
  'refunds.decide': 'Approve and reject refunds',
  'promotions.write': 'Create and change promotions',
  'promotions.read': 'Read promotions',
  'reports.read': 'Read metrics and reports',
  'reports.run': 'Run reports',
  'policies.write': 'Change policies',
  'ledger.read': 'Read the accounts and their journal',
  'ledger.write': 'Record settlements, request entries of the accounts and approve those of others',
  'ledger.close': 'Close a month of the accounts',
  'audit.read': 'Read who changed what',
} as const;

export type Scope = keyof typeof scopes;

/** Name of the resource server that the scopes belong to. */
export const resourceServer = 'storeworks';

/** Partition of an audit and of its events, in the table of `stock-audit`. */
export const auditPartition = (auditId: string) => `AUDIT#${auditId}`;
/** Key of an audit's item. */
export const auditKey = (auditId: string) => ({ pk: auditPartition(auditId), sk: 'AUDIT' });

/** Under which all that is listed of audits lies in the reports bucket. */
export const auditFiles = 'stock-audits/*';
/** The differences that an audit found, as CSV with the columns `differenceColumns`. */
export const differencesFile = (auditId: string) => `stock-audits/${auditId}/differences.csv`;
export const differenceColumns = ['sku', 'warehouse', 'counter', 'found', 'expected'] as const;
/** The SKUs that it could not compare, one a line. */
export const notComparedFile = (auditId: string) => `stock-audits/${auditId}/not-compared.csv`;
/** What a repair did about them. */
export const repairFile = (auditId: string, repairId: string) => `stock-audits/${auditId}/repairs/${repairId}.csv`;

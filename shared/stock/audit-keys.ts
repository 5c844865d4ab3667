/** Partition of an audit and its events, in the table of `stock-audit`. */
export const auditPartition = (auditId: string) => `AUDIT#${auditId}`;
/** Key of an audit's item. */
export const auditKey = (auditId: string) => ({ pk: auditPartition(auditId), sk: 'AUDIT' });

/** Pattern of all keys of audits in the reports bucket. */
export const auditFiles = 'stock-audits/*';
/** List of differences of an audit, as CSV. */
export const differencesFile = (auditId: string) => `stock-audits/${auditId}/differences.csv`;
/** List of SKUs that the audit could not compare, one per line. */
export const notComparedFile = (auditId: string) => `stock-audits/${auditId}/not-compared.csv`;
/** List of the outcomes of a repair. */
export const repairFile = (auditId: string, repairId: string) => `stock-audits/${auditId}/repairs/${repairId}.csv`;

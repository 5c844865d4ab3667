/** Number of accepted and unfinished items by queue or component. */
export type Pending = Record<string, number>;

/** The total, and the counts above 0. */
export const pendingIn = (pending: Pending): { pending: number; where: Pending } => {
  const where = Object.entries(pending).filter(([, count]) => count > 0);
  return { pending: where.reduce((sum, [, count]) => sum + count, 0), where: Object.fromEntries(where) };
};

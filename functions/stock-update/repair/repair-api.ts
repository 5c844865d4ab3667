import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import {
  type getStockRepair,
  type postStockRepair,
  StockRepair,
} from '../../../shared/contracts/stock/repair-routes.ts';
import { canonicalHash } from '../../../shared/content-hash.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { RepairItem, RepairStore } from './repair-store.ts';

const notCompleted = problem(
  409,
  'audit-not-completed',
  'The audit is not completed. Repeat the request when its status is completed.',
);
const conflict = problem(409, 'repair-conflict', 'The audit has another repair with this id.');

/** Records a repair of the differences of an audit. A repeated request returns its current state. */
export const requestRepair =
  (store: RepairStore) =>
  async ({ params: { auditId }, body, cause }: Request<typeof postStockRepair>): Promise<HttpResponse> => {
    const audit = await store.audit(auditId);
    if (!audit) return problem(404, 'not-found', `Audit ${auditId} does not exist.`);
    if (audit.status !== 'completed') return notCompleted;
    await store.request(auditId, body, canonicalHash(body), cause);
    const repair = await store.find({ auditId, repairId: body.repairId });
    if (repair?.contentHash !== canonicalHash(body, { stored: repair?.contentHash })) return conflict;
    const location = `/stock/audits/${auditId}/repairs/${body.repairId}`;
    return { status: 202, headers: { location }, body: await responseOf(store, repair) };
  };

export const getRepair =
  (store: RepairStore) =>
  async ({ params }: Request<typeof getStockRepair>): Promise<HttpResponse> => {
    const repair = await store.find(params);
    if (!repair) return problem(404, 'not-found', `The audit has no repair with the id ${params.repairId}.`);
    return { status: 200, body: await responseOf(store, repair) };
  };

const responseOf = async (store: RepairStore, repair: RepairItem): Promise<StockRepair> =>
  StockRepair.parse({ ...repair, repaired: repair.repaired ?? (await store.repaired(repair)).length });

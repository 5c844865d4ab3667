import { ulid } from 'ulid';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { problem } from '../../shared/contracts/problem.ts';
import { getStockAudit, postStockAudit } from '../../shared/contracts/stock-audit/routes.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { Env } from './env.ts';
import { createAuditStore } from './store.ts';

const store = createAuditStore(openDatabase(), Env.parse(process.env).STOCK_AUDIT_TABLE_NAME);

export const handler = httpHandler(
  on(postStockAudit, async ({ cause }) => {
    const audit = await store.request(`audit-${ulid(cause.now)}`, cause);
    return { status: 202, headers: { location: `/stock/audits/${audit.auditId}` }, body: audit };
  }),
  on(getStockAudit, async ({ params: { auditId } }) => {
    const audit = await store.audit(auditId);
    return audit ? { status: 200, body: audit } : problem(404, 'not-found', `Audit ${auditId} does not exist.`);
  }),
);

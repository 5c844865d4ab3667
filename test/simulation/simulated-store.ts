import { execFileSync } from 'node:child_process';
import { editTemplates, environmentEdit, paymentWindow } from '../support/system/template-edits.ts';
import { payingChannel, paymentWindowMinutes } from './workload/life-cycle-plan.ts';
import { providerTimeoutSeconds } from './actors/payment-provider.ts';
import { retrying } from './actors/webhook-receivers.ts';

/** Synthesises the app of a checkout for a simulation. */
export function synthesise(checkout: string, cdkOut: string): void {
  execFileSync(process.execPath, ['infra/app.ts'], { cwd: checkout, env: { ...process.env, CDK_OUTDIR: cdkOut } });
  asSimulated(cdkOut);
}

/**
 * Edits a synthesised app in place: one channel's orders wait for their payment, webhooks are given
 * up sooner, and payment providers waited for less long.
 */
export function asSimulated(cdkOut: string): void {
  editTemplates(cdkOut, environmentEdit('CHANNELS', paymentWindow(payingChannel, paymentWindowMinutes)));
  editTemplates(
    cdkOut,
    environmentEdit('RETRYING', () => JSON.stringify(retrying)),
  );
  editTemplates(
    cdkOut,
    environmentEdit('PROVIDER_TIMEOUT_SECONDS', () => String(providerTimeoutSeconds)),
  );
}

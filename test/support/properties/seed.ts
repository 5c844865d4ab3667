import * as fc from 'fast-check';

/** `npm test` uses one seed, so that results are reproducible. `explore.ts` uses other seeds. */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 4) });

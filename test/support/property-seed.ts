import * as fc from 'fast-check';

/** Properties draw the same inputs in each `npm test`, so that a commit is green or red by itself; others see explore-properties.ts. */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 4) });

import { configureGlobal, readConfigureGlobal } from 'fast-check';

/** Whatever is drawn at random is drawn the same in each run, so that a red run tells of the change; `THROUGHLINE_SEED` draws other cases. */
configureGlobal({ ...readConfigureGlobal(), seed: Number(process.env.THROUGHLINE_SEED ?? 1) });

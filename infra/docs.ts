import { writeFileSync } from 'node:fs';
import { accessPatternsPage } from './access-patterns.ts';

/** `npm run docs`: writes the pages that are made from code. A test fails when one is out of date. */
writeFileSync(new URL('../docs/access-patterns.md', import.meta.url), accessPatternsPage());

import { mkdirSync, writeFileSync } from 'node:fs';
import { accessPatternsPage } from './access-patterns/access-patterns-page.ts';
import { codeMapPage } from './generated-docs/code-map.ts';
import { eventSchemas } from './generated-docs/event-schemas.ts';

/**
 * `npm run docs`: writes the pages and schemas that are made from code. A test fails when one is
 * out of date.
 */
writeFileSync(new URL('../../docs/access-patterns.md', import.meta.url), accessPatternsPage());
writeFileSync(new URL('../../docs/code-map.md', import.meta.url), codeMapPage());
const schemas = new URL('../../events/bus/schemas/', import.meta.url);
mkdirSync(schemas, { recursive: true });
for (const [file, text] of Object.entries(eventSchemas())) writeFileSync(new URL(file, schemas), text);

import * as z from 'zod';

/** Short enough to lead every key; no `#` (the key separator) and no `_` (the separator of API keys). */
export const WorkspaceId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);

/** `send-fax` → `sendFax` */
export const camelCase = (kebab: string): string =>
  kebab.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `send-fax` → `SendFax` */
export const pascalCase = (kebab: string): string => camelCase(`-${kebab}`);

/** `sendFax` → `send-fax` */
export const kebabCase = (camel: string): string => camel.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

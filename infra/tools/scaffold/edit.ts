/** A file to write, and its whole text. */
export interface NewFile {
  path: string;
  text: string;
}

/** A row to add to a list or table of an existing file, before the line that ends it. */
export interface Row {
  path: string;
  /** Start of the line that begins the list. */
  begins: string;
  /** The line that ends it. */
  ends: string;
  row: string;
}

/** A line to add behind the last import of an existing file. */
export interface NewImport {
  path: string;
  line: string;
}

/** What `npm run new` writes, and what is left to do by hand, in order. */
export interface Scaffold {
  files: NewFile[];
  rows: Row[];
  imports: NewImport[];
  next: string[];
}

/** Adds a row. Throws if the list is not found, which means that the file has changed its shape. */
export function insertRow(text: string, { path, begins, ends, row }: Row): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(begins));
  const end = lines.findIndex((line, i) => i > start && line === ends);
  if (start < 0 || end < 0) throw new Error(`${path} has no list that begins with "${begins}" and ends with "${ends}"`);
  return lines.toSpliced(end, 0, row).join('\n');
}

/** Adds an import behind the last one. */
export function insertImport(text: string, { path, line }: NewImport): string {
  const lines = text.split('\n');
  const last = lines.findLastIndex((each) => /^(import .*|\} )from '.*';$/.test(each));
  if (last < 0) throw new Error(`${path} has no import`);
  return lines.toSpliced(last + 1, 0, line).join('\n');
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place for a table, and the name it may have: `<!-- table: written by npm run docs -->`, `<!-- table akm-send: written by npm run docs -->`. */
const PLACE = /<!-- table(?: ([\w-]+))?: written by npm run docs -->[^]*?<!-- end of table -->/g;

/** A page of docs/ with tables that are made from the code. */
export class GeneratedPage {
  private readonly path: string;

  /**
   * @param name the file's name in docs/
   * @param table makes the table of this name, in Markdown; the name is empty where the page gives none
   */
  constructor(
    readonly name: string,
    private readonly table: (name: string) => string,
  ) {
    this.path = join(__dirname, '..', 'docs', name);
  }

  /** The page as it stands. */
  read(): string {
    return readFileSync(this.path, 'utf8');
  }

  /** The names of the tables that the page has a place for, in their order. */
  places(): string[] {
    return [...this.read().matchAll(PLACE)].map(([, name = '']) => name);
  }

  /**
   * The page with its tables made anew.
   * @throws Error where the page marks no place for one
   */
  made(): string {
    if (this.places().length === 0) throw new Error(`docs/${this.name} has no place for a table`);
    return this.read().replace(PLACE, (_place, name = '') => {
      const title = name === '' ? 'table' : `table ${String(name)}`;
      return `<!-- ${title}: written by npm run docs -->\n\n${this.table(String(name))}\n\n<!-- end of table -->`;
    });
  }

  write(): void {
    writeFileSync(this.path, this.made());
  }
}

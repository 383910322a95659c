import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BEGIN = '<!-- table: written by npm run docs -->';
const END = '<!-- end of table -->';

/** A page of docs/ with one table that is made from the code. */
export class GeneratedPage {
  private readonly path: string;

  /**
   * @param name the file's name in docs/
   * @param table makes the table, in Markdown
   */
  constructor(
    readonly name: string,
    private readonly table: () => string,
  ) {
    this.path = join(__dirname, '..', 'docs', name);
  }

  /** The page as it stands. */
  read(): string {
    return readFileSync(this.path, 'utf8');
  }

  /**
   * The page with its table made anew.
   * @throws Error where the page does not mark the table's place
   */
  made(): string {
    const [before, rest] = this.read().split(BEGIN);
    const after = rest?.split(END)[1];
    if (before === undefined || after === undefined)
      throw new Error(`docs/${this.name} lacks ${BEGIN} or ${END}`);
    return `${before}${BEGIN}\n\n${this.table()}\n\n${END}${after}`;
  }

  write(): void {
    writeFileSync(this.path, this.made());
  }
}

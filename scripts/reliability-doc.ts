import type { Outcome } from '../test/reliability/cell.js';
import { ROWS } from '../test/reliability/faults.js';
import { OPERATIONS, type OperationName } from '../test/reliability/operations.js';
import { GeneratedPage } from './generated-page.js';

/** docs/reliability.md, with the faults that the tests try out and what comes of each. */
export const RELIABILITY_PAGE = new GeneratedPage('reliability.md', table);

function table(): string {
  const operations = Object.keys(OPERATIONS) as OperationName[];
  return [
    ['fault', ...operations],
    ['---', ...operations.map(() => '---')],
    ...ROWS.map(({ name, outcomes }) => [name, ...operations.map((operation) => cell(outcomes[operation]))]),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The result, and when, unless at once; then whether the connection is renewed, and when, unless at that time. */
function cell({ result, when, renewed }: Outcome): string {
  const told = result.startsWith('AKM_') ? `\`${result}\`` : result;
  const late = when === undefined || when === 'at once' ? '' : ` ${when}`;
  if (renewed === undefined) return told + late;
  return `${told}${late}, renewed${renewed === when ? '' : ` ${renewed}`}`;
}

if (require.main === module) RELIABILITY_PAGE.write();

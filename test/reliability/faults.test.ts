import assert from 'node:assert/strict';
import { useTestPeers } from '../support/clients.js';
import { useFakeClock } from '../support/fake-clock.js';
import { tryOut } from './cell.js';
import { ROWS } from './faults.js';
import { OPERATIONS, type OperationName } from './operations.js';

describe('an operation', () => {
  const bench = useTestPeers();
  const time = useFakeClock();

  for (const { name, fault, outcomes } of ROWS) {
    describe(`with ${name}`, () => {
      for (const operation of Object.keys(OPERATIONS) as OperationName[]) {
        it(operation, async () =>
          assert.deepEqual(await tryOut(bench, time.clock, operation, fault), outcomes[operation]),
        );
      }
    });
  }
});

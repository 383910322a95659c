import assert from 'node:assert/strict';
import { RealNodeRed, type StartOptions } from './node-red';
import type { NodeRedVersion } from './versions';

/** What the tests of a suite work with. */
export interface NodeRedSuite {
  readonly nodeRed: RealNodeRed;
}

/** A Node-RED of this version with the packed package, for the suite that this is called in. It must end as a service should. */
export function useNodeRed(version: NodeRedVersion, options: StartOptions = {}): NodeRedSuite {
  let nodeRed: RealNodeRed;

  before(async function () {
    this.timeout(300_000);
    nodeRed = await RealNodeRed.start(version, options);
  });

  after(async () => assert.equal(await nodeRed.stop(), 0));

  return {
    get nodeRed() {
      return nodeRed;
    },
  };
}

import assert from 'node:assert/strict';
import { exampleNames, nodeRedVersions } from '../support/real-node-red';
import { useEditor } from './use-editor';

/** What a person does with an example, and what the debug sidebar then shows. */
interface Try {
  /** The inject node whose button is pressed; without one, the deploy itself does it. */
  readonly press?: string;
  /** The debug node. */
  readonly node: string;
  readonly shows: string;
}

/** For each example things to try, such that something comes from every type of node that has an output. */
const tries: Readonly<Record<string, readonly Try[]>> = {
  '01 - First steps': [
    { node: 'pump-7 is registered', shows: 'registered: true' },
    { press: 'list the endpoints', node: 'endpoints', shows: 'array[4]' },
    { press: 'list the ATRs', node: 'trust relationships', shows: 'array[5]' },
    { press: 'provision a new endpoint', node: 'the new endpoint', shows: 'accepted: true' },
    {
      press: 'say hello',
      node: 'control-room got the reply',
      shows: 'Thank you for: Hello from the control room',
    },
  ],
  '02 - Provision an endpoint': [
    { press: 'endpoint C0FFEE…01', node: 'the AMM accepted', shows: 'accepted: true' },
    { press: 'endpoint C0FFEE…01', node: 'why not', shows: 'AKM_REJECTED' },
  ],
  '03 - Catch errors': [{ press: 'no identifier', node: 'look at the flow', shows: 'AKM_INVALID_INPUT' }],
  '04 - Trust relationships': [
    { press: 'create an ATR', node: 'created', shows: 'create-operational-atr' },
    { press: 'delete it again', node: 'deleted', shows: 'delete-atr' },
  ],
  "05 - Your AMM's own layout": [
    { press: 'details of an endpoint', node: 'details as text', shows: 'simulated endpoint' },
  ],
  '06 - Any other message': [{ press: 'nothing', node: 'version', shows: '1.0.0.0' }],
};

for (const version of nodeRedVersions) {
  describe(`${version.title}: the examples in the editor`, () => {
    const suite = useEditor(version);

    beforeEach(async () => {
      await suite.nodeRed.deploy([]);
      await suite.open();
      await suite.editor.showDebugSidebar();
    });

    for (const name of exampleNames) {
      it(`"${name}" is imported from the menu, deployed without an edit, and does its work`, async () => {
        const steps = tries[name];
        assert.ok(steps, 'every example has something to try');
        await suite.editor.importExample(name);
        await suite.editor.deploy();
        for (const { press, node, shows } of steps) {
          if (press !== undefined) await suite.editor.press(press);
          await suite.editor.debugMessage(`node: ${node}`).filter({ hasText: shows }).first().waitFor();
        }
      });
    }
  });
}

import type { InferredMessage } from '../layouts/inferred-message.js';
import { fieldOf } from '../connections.js';
import { enteredLayouts, setUpLayouts } from '../layouts/layouts-form.js';
import { enteredNames, setUpNames } from '../names/names-form.js';
import type { EditorNode } from '../node-red.js';
import { setUpTabs } from './tabs.js';
import { setUpTest } from './test-form.js';
import { translate } from '../translate.js';

/** The fields that say where the services are. */
const WHERE = ['ammHost', 'ammPort', 'appHost', 'appPort', 'requestTimeout'];

/** Brings the form of a connection to life, before the editor fills in its texts. */
export function setUpConnection(node: EditorNode, messages: readonly InferredMessage[]): void {
  const settings = () => ({
    id: node.id,
    ...Object.fromEntries(WHERE.map((name) => [name, fieldOf(`node-config-input-${name}`) ?? ''])),
    layouts: enteredLayouts(),
  });
  setUpLayouts(messages, node['layouts']);
  setUpNames(node['names'], () => ({ ...settings(), type: node.type, changed: true }));
  setUpTest(settings);
  setUpTabs('akm-connection-tabs', {
    'akm-connection-services': translate('@akmflow/node-red-akm/akm-connection:tab.connection'),
    'akm-connection-timing': translate('@akmflow/node-red-akm/akm-connection:tab.timing'),
    'akm-connection-names': translate('@akmflow/node-red-akm/akm-connection:tab.names'),
    'akm-connection-layouts': translate('@akmflow/node-red-akm/akm-connection:tab.layouts'),
  });
}

/** What the form holds that is in no field of its own, for the node to keep. */
export function enteredTables() {
  return { layouts: enteredLayouts(), names: enteredNames() };
}

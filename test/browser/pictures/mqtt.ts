import { freePorts, idOf, Mosquitto } from '../../support/real-node-red';
import { exampleAt } from '../../wired/mqtt/scene';
import { Studio } from './studio';

/** Large enough for all of the flow, with the debug sidebar beside it. */
const SIZE = { width: 1540, height: 1300 };

/** The MQTT example at work. */
export async function mqtt(folder: string): Promise<void> {
  const broker = await Mosquitto.start();
  try {
    await Studio.open(folder, (studio) => take(studio, broker));
  } finally {
    await broker.stop();
  }
}

async function take(studio: Studio, broker: Mosquitto): Promise<void> {
  const { nodeRed } = studio;
  const flow = exampleAt(await freePorts(), broker.port);
  await nodeRed.deploy(flow);
  const register = flow.filter(({ type }) => type === 'akm-register');
  for (const { id } of register)
    await nodeRed.comms.status(id, 'registered', ({ text }) => text?.includes('registered') === true);

  const editor = await studio.openWorkspace(SIZE);
  const from = nodeRed.comms.now;
  for (const button of ['pump-7 measures', 'a client sets the speed']) await editor.press(button);
  await nodeRed.comms.shown(idOf(flow, 'pump-7 received', 'debug'), from);
  await editor.debugMessage('pump-7 received').waitFor();
  await studio.shoot(editor, 'mqtt.png');
}

import { type Child, DeployedExample } from '../../support/real-node-red';
import { startMachine } from '../../wired/opcua/scene';
import { Studio } from './studio';

/** Large enough for all of a flow beside the debug sidebar, at its natural size. */
const SIZE = { width: 1400, height: 1300 };

/** The example with a Modbus device, at work. */
export async function modbus(folder: string): Promise<void> {
  const take = async (studio: Studio): Promise<void> => {
    const example = await DeployedExample.deploy(studio.nodeRed, 'Modbus/1 - Modbus to AKM');
    await example.shown('reading');
    const editor = await studio.openWorkspace(SIZE);
    await editor.press('set point 60 %');
    await editor.debugMessage('answer').first().waitFor();
    await editor.press('start the pump');
    await example.shown<{ level: number }>('reading', ({ level }) => level > 42);
    await editor.press('set point 500 %');
    await editor.debugMessage('tank: not done').first().waitFor();
    await studio.shoot(editor, 'modbus.png');
  };
  await Studio.open(folder, take, { packages: 'modbus' });
}

/** The example with an OPC UA server, the one of the guide, at work. */
export async function opcua(folder: string): Promise<void> {
  let machine: Child | undefined;
  const prepare = async (userDir: string): Promise<void> => {
    machine = await startMachine(userDir, process.execPath);
  };
  const take = async (studio: Studio): Promise<void> => {
    const example = await DeployedExample.deploy(studio.nodeRed, 'OPC UA/1 - OPC UA to AKM');
    await example.shown('value');
    const editor = await studio.openWorkspace(SIZE);
    await editor.press('start the machine');
    await editor.debugMessage('answer').first().waitFor();
    await example.shown<{ name: string; value: number }>(
      'value',
      ({ name, value }) => name === 'temperature' && value > 22,
    );
    await editor.press('set point 500 °C');
    await editor.debugMessage('machine: not done').first().waitFor();
    await studio.shoot(editor, 'opc-ua.png');
  };
  await Studio.open(folder, take, { packages: 'opcua', prepare });
  await machine?.stop();
}

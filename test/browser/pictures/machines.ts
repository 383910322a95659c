import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { docBlock } from '../../support/doc-blocks';
import { Child, DeployedExample } from '../../support/real-node-red';
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
    await writeFile(join(userDir, 'machine.js'), docBlock('docs/opc-ua.md', 'machine'));
    machine = new Child(process.execPath, ['machine.js'], { cwd: userDir });
    await machine.printed(/The machine is at/);
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

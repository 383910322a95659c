import { once } from 'node:events';
import { connect } from 'node:net';

const READ_COILS = 1;
const READ_HOLDING_REGISTERS = 3;
/** Bytes of a Modbus TCP response before its data: the header (7), the function code and the count of data bytes. */
const BEFORE_DATA = 9;

/** Asks the Modbus TCP device at a port of this machine, past all nodes, for `quantity` coils or registers from `address` on. */
async function ask(port: number, functionCode: number, address: number, quantity: number): Promise<Buffer> {
  const request = Buffer.from([0, 1, 0, 0, 0, 6, 1, functionCode, 0, 0, 0, 0]);
  request.writeUInt16BE(address, 8);
  request.writeUInt16BE(quantity, 10);
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  const [response] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  if (response[7] !== functionCode) throw new Error(`Modbus exception ${String(response[8])}`);
  return response.subarray(BEFORE_DATA);
}

/** What is in a holding register (unsigned). */
export async function readRegister(port: number, address: number): Promise<number> {
  return (await ask(port, READ_HOLDING_REGISTERS, address, 1)).readUInt16BE();
}

/** Whether a coil is on. */
export async function readCoil(port: number, address: number): Promise<boolean> {
  return ((await ask(port, READ_COILS, address, 1)).readUInt8() & 1) === 1;
}

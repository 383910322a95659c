/** This package's client, plain `node:net` and Python, as senders and as receivers of application data. */
import type { ReceiveAkm } from '../programs/receive-akm.js';
import type { ReceiveNet } from '../programs/receive-net.js';
import type { SendAkm } from '../programs/send-akm.js';
import type { SendNet } from '../programs/send-net.js';
import type { Load } from '../programs/wire.js';
import type { Context } from './context.js';
import { Program } from './program.js';
import { pythonReceiver, pythonSender } from './python.js';
import type { Stoppable } from './rates.js';

export type Kind = 'akm' | 'net' | 'python';

/** Starts to send to a port. */
export type Sender = (port: number, load: Load) => Promise<Stoppable>;
/** Receives from a port, and gives frames a second. */
export type Receiver = (port: number, load: Load) => Promise<number>;

export function sendersOf({
  build: { programs },
  options: { profile },
}: Context): Readonly<Record<Kind, Sender>> {
  return {
    akm: async (port, load) => {
      const sender = Program.start<SendAkm>(programs, 'send-akm', { profile });
      await sender.ask('start', { port, load });
      return {
        pid: sender.pid,
        stop: async () => {
          const failures = await sender.ask('failures');
          await sender.stop();
          if (failures > 0) throw new Error(`${failures} messages could not be sent`);
        },
      };
    },
    net: async (port, load) => {
      const sender = Program.start<SendNet>(programs, 'send-net');
      await sender.ask('start', { port, load });
      return sender;
    },
    python: (port, load) => {
      const sender = pythonSender(programs, port, load);
      return Promise.resolve({ pid: sender.pid, stop: () => sender.stop('SIGKILL') });
    },
  };
}

export function receiversOf({ build: { programs }, options }: Context): Readonly<Record<Kind, Receiver>> {
  const { window, profile } = options;
  return {
    akm: async (port, load) => {
      const receiver = Program.start<ReceiveAkm>(programs, 'receive-akm', { profile });
      try {
        await receiver.ask('start', { port, load });
        return await receiver.ask('rate', window);
      } finally {
        await receiver.stop();
      }
    },
    net: async (port) => {
      const receiver = Program.start<ReceiveNet>(programs, 'receive-net');
      try {
        await receiver.ask('start', { port });
        return await receiver.ask('rate', window);
      } finally {
        await receiver.stop();
      }
    },
    python: (port) => pythonReceiver(programs, port, window),
  };
}

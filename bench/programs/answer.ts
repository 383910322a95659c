/** An AMM that gives every LIST_ENDPOINTS request the same ready-made answer: as little time as possible passes here. */
import { serve } from './commands.js';
import { endpointList, LIST_REQUEST, listen } from './wire.js';

export interface Answering {
  /** Answers with so many endpoints; gives the port. */
  listen(endpoints: number): Promise<number>;
}

serve<Answering>({
  listen: (endpoints) => {
    const answer = endpointList(endpoints);
    return listen((socket) => {
      socket.on('data', (chunk) => {
        for (let n = 0; n < chunk.length; n += LIST_REQUEST.length) socket.write(answer);
      });
    });
  },
});

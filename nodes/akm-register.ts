import type { Node, NodeAPI } from 'node-red';
import type { Registered, RegistrationObserver } from '../src/client/app/registration.js';
import type { Registration } from '../src/client/app/registrations.js';
import { AkmError } from '../src/errors.js';
import { applicationKey } from '../src/protocol/application-key.js';
import { configOf } from './shared/config.js';
import { evaluateApplication } from './shared/evaluate.js';
import type { AkmMessage } from './shared/messages.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';

interface RegisterDef extends UserNodeDef {
  atrId: string;
  atrIdType: string;
  appValue: string;
  appValueType: string;
  /** Registers at deploy, without a message. */
  auto: boolean;
}

/** A place that a node has taken hold of. */
interface Acquired {
  registration: Registration;
  /** How many messages wait for what comes of asking for it: a refusal then is their error, and needs no report of its own. */
  asking: number;
}

const SERVICE = 'app';
const operation = 'REGISTER_APP';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-register', function (this: Node, saved: RegisterDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-register', saved);
    const user = new NodeConnection(RED, this, config, { service: SERVICE, operation });
    /** Every place this node has taken hold of; they live as long as it does. */
    const places = new Map<number, Acquired>();

    const showState = (): void => {
      const states = [...places.values()].map(({ registration }) => registration.state);
      if (user.client.state !== 'connected' || states.length === 0) user.showConnection();
      else if (states.includes('pending')) user.status.own('busy', 'status.registering');
      else if (!states.includes('refused')) user.status.own('good', 'status.registered');
    };

    const tell = (
      msg: AkmMessage,
      { registration }: Acquired,
      answer: Registered,
      automatic: boolean,
    ): AkmMessage => {
      const { atrId, appValue } = registration;
      const { status } = answer;
      const name = user.names.ofApplication(atrId, appValue);
      msg.payload = {
        atrId,
        appValue,
        ...(name === undefined ? {} : { name }),
        registered: true,
        status,
        automatic,
      };
      msg.akm = { service: SERVICE, operation, ...answer };
      return msg;
    };

    const acquire = async (msg: AkmMessage): Promise<Acquired> => {
      const { atrId, appValue } = await evaluateApplication(
        RED,
        this,
        user.names,
        config,
        msg,
        'The App Value',
      );
      const key = applicationKey(atrId, appValue);
      const known = places.get(key);
      if (known) return known;
      const observer: RegistrationObserver = {
        registered: (answer) => this.send(tell({}, place, answer, true)),
        stateChanged: (_state, refusal) => {
          if (!refusal) showState();
          else if (place.asking === 0) user.report(refusal);
        },
      };
      const place: Acquired = { registration: user.client.acquire(atrId, appValue, observer), asking: 0 };
      places.set(key, place);
      return place;
    };

    user.follow(showState);
    user.onEnd(() => {
      for (const { registration } of places.values()) registration.release();
    });
    user.onMessage(async (msg, forward) => {
      const place = await acquire(msg);
      place.asking += 1;
      try {
        const answer = await place.registration.register(true);
        showState();
        forward(tell(msg, place, answer, false));
      } finally {
        place.asking -= 1;
      }
    });

    const registerAtDeploy = async (): Promise<void> => {
      try {
        const place = await acquire({});
        const answer = await place.registration.register();
        showState();
        this.send(tell({}, place, answer, true));
      } catch (error) {
        // what came of asking is shown and, where it was refused, reported; the client goes on asking
        if (
          error instanceof AkmError &&
          error.code !== 'AKM_INVALID_INPUT' &&
          error.code !== 'AKM_QUEUE_FULL'
        )
          return;
        user.report(error);
      }
    };
    if (config.auto) user.onceDeployed(() => void registerAtDeploy());
  });

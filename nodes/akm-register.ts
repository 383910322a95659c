import type { Node, NodeAPI } from 'node-red';
import type { Registered, RegistrationObserver } from '../src/client/app/registration.js';
import type { RegistrationHandle } from '../src/client/app/registrations.js';
import { applicationKey } from '../src/protocol/application-key.js';
import { configOf } from './shared/config.js';
import { toAkmError } from './shared/errors.js';
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

/** One application, in one ATR. */
interface Application {
  atrId: number;
  appValue: number;
}

/** A registration that the node holds. */
interface Held {
  registration: RegistrationHandle;
  /** What the connection calls it, if anything. */
  name: string | undefined;
  /** How many messages wait for what comes of asking for it: a refusal then is their error, and needs no report of its own. */
  asking: number;
}

const SERVICE = 'app';
const operation = 'REGISTER_APP';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-register', function (this: Node, saved: RegisterDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-register', saved);
    const usage = { service: SERVICE, operation, unprompted: config.auto } as const;
    const user = new NodeConnection(RED, this, config, usage);
    /** Every registration that this node holds at the client there is, by application. */
    const held = new Map<number, Held>();
    /** What messages have asked for, since the node started: it is registered with each client that follows. */
    const asked = new Map<number, Application>();

    const showState = (): void => {
      const states = [...held.values()].map(({ registration }) => registration.state);
      if (user.state !== 'connected' || states.length === 0) user.showConnection();
      else if (states.includes('pending')) user.status.own('registering');
      else if (!states.includes('refused')) user.status.own('registered');
    };

    const tell = (
      msg: AkmMessage,
      { registration, name }: Held,
      answer: Registered,
      automatic: boolean,
    ): AkmMessage => {
      const { atrId, appValue } = registration;
      const { status } = answer;
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

    const applicationOf = (msg: AkmMessage): Promise<Application> =>
      user.live(evaluateApplication(RED, this, user.names, config, msg, 'The App Value'));

    const hold = ({ atrId, appValue }: Application): Held => {
      const key = applicationKey(atrId, appValue);
      const known = held.get(key);
      if (known) return known;
      const { client, names } = user;
      const observer: RegistrationObserver = {
        registered: (answer) => this.send(tell({}, each, answer, true)),
        stateChanged: (_state, refusal) => {
          if (!refusal) showState();
          else if (each.asking === 0) user.report(refusal);
        },
      };
      const registration = client.acquire(atrId, appValue, observer);
      const each: Held = { registration, name: names.ofApplication(atrId, appValue), asking: 0 };
      held.set(key, each);
      return each;
    };

    const reportUnlessTold = (error: unknown): void => {
      const { code } = toAkmError(error);
      // what came of asking is shown and, where it was refused, reported; the client goes on asking
      if (code === 'AKM_INVALID_INPUT' || code === 'AKM_QUEUE_FULL') user.report(error);
    };

    /** Registers without a message. */
    const registerUnprompted = async (application: Application): Promise<void> => {
      try {
        const each = hold(application);
        const answer = await each.registration.register();
        showState();
        this.send(tell({}, each, answer, true));
      } catch (error) {
        reportUnlessTold(error);
      }
    };

    /** @param before what messages have asked for with the clients before this one */
    const registerAll = async (before: ReadonlyMap<number, Application>): Promise<void> => {
      const wanted = new Map(before);
      try {
        const own = config.auto ? await applicationOf({}) : undefined;
        if (own) wanted.set(applicationKey(own.atrId, own.appValue), own);
      } catch (error) {
        reportUnlessTold(error);
      }
      for (const application of wanted.values()) void registerUnprompted(application);
    };

    user.onClient(() => {
      const before = new Map(asked);
      const cancel = user.onceDeployed(() => void registerAll(before));
      return () => {
        cancel();
        for (const { registration } of held.values()) registration.release();
        held.clear();
      };
    });
    user.follow(showState);
    user.onMessage(async (msg, forward) => {
      const application = await applicationOf(msg);
      const each = hold(application);
      asked.set(applicationKey(application.atrId, application.appValue), application);
      each.asking += 1;
      try {
        const answer = await each.registration.register(true);
        showState();
        forward(tell(msg, each, answer, false));
      } finally {
        each.asking -= 1;
      }
    });
  });

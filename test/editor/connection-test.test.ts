import assert from 'node:assert/strict';
import { problemOf, problemOfRequest } from '../../src/editor/problem-words.js';
import { reportOf } from '../../src/editor/connection/test-words.js';
import { EditorPage } from './editor-page.js';
import type { FakeElement } from './fake-page.js';

/** A text is its key and what is filled in. */
const translate = (key: string, values: Readonly<Record<string, string | number>> = {}) =>
  [key.split(':').pop(), ...Object.values(values)].join(' ');

const page = new EditorPage(['akm-connection']);

/** All that an element says, line by line. */
function linesOf({ textContent, children }: FakeElement): string[] {
  const lines = children.flatMap(linesOf);
  return textContent === '' ? lines : [textContent.replace(/\S+:/g, ''), ...lines];
}

describe('editor: what is said of a test', () => {
  it('is what the AMM is', () => {
    const amm = { connected: true, connectMs: 3.5, answered: true, answerMs: 2 };
    const facts = ['test.connected 3.5', 'test.answered 2'];
    const report = (more: object) => reportOf('amm', { ...amm, ...more }, translate);
    assert.deepEqual(report({ endpoints: { count: 3, truncated: false }, atrs: { count: 7 } }), {
      facts: [...facts, 'test.endpoints 3', 'test.atrs 7'],
    });
    assert.deepEqual(report({ endpoints: { count: 1 }, atrs: { count: 1 } }), {
      facts: [...facts, 'test.oneEndpoint', 'test.oneAtr'],
    });
    assert.deepEqual(report({ endpoints: { count: 40, truncated: true }, atrs: { count: 0 } }), {
      facts: [...facts, 'test.endpointsTruncated 40', 'test.atrs 0'],
    });
  });

  it('is what the AppEndpoint is, as far as it says', () => {
    const app = { connected: true, connectMs: 1, answered: true, answerMs: 2 };
    const version = { major: 1, minor: 2, patch: 3, build: 4 };
    const facts = ['test.connected 1', 'test.answered 2'];
    assert.deepEqual(
      reportOf('app', { ...app, version, endpoint: { name: 'pump' }, atrs: { count: 2 } }, translate),
      {
        facts: [...facts, 'test.version 1.2.3.4', 'test.endpoint pump', 'test.memberOf 2'],
      },
    );
    assert.deepEqual(reportOf('app', { ...app, atrs: { count: 1 } }, translate), {
      facts: [...facts, 'test.memberOfOne'],
    });
    assert.deepEqual(reportOf('app', { ...app, version: { major: 1 }, endpoint: { name: '' } }, translate), {
      facts,
    });
  });

  it('is how far it got, and what went wrong then', () => {
    const error = { code: 'AKM_TIMEOUT', message: 'no answer within 5000 ms' };
    assert.deepEqual(reportOf('amm', { connected: true, connectMs: 3, answered: false, error }, translate), {
      facts: ['test.connected 3'],
      problem: { words: 'problem.timeout', smallPrint: 'no answer within 5000 ms' },
    });
    assert.deepEqual(
      reportOf('amm', { connected: false, answered: false, error: { code: 'AKM_NOT_CONNECTED' } }, translate),
      {
        facts: [],
        problem: { words: 'problem.notConnected', smallPrint: undefined },
      },
    );
  });

  it('is that it failed, where the answer is no answer', () => {
    for (const nonsense of [undefined, null, 'text', 7, {}, { connected: 'yes' }]) {
      assert.deepEqual(
        reportOf('app', nonsense, translate).problem?.words,
        'problem.failed',
        JSON.stringify(nonsense),
      );
    }
  });
});

describe('editor: what is said of a problem', () => {
  it('is in the words of the editor for every code, with those of the server in small print', () => {
    const codes = {
      AKM_INVALID_INPUT: 'invalid',
      AKM_NOT_CONNECTED: 'notConnected',
      AKM_CONNECTION_LOST: 'lost',
      AKM_TIMEOUT: 'timeout',
      AKM_PROTOCOL: 'protocol',
      AKM_REJECTED: 'rejected',
      AKM_QUEUE_FULL: 'busy',
      AKM_CLOSED: 'closed',
      FOREIGN_ORIGIN: 'foreignOrigin',
      NOT_DEPLOYED: 'notDeployed',
      BAD_REQUEST: 'invalid',
      BUSY: 'busy',
      toString: 'failed',
    };
    for (const [code, key] of Object.entries(codes)) {
      const problem = problemOf({ code, message: 'because' }, translate);
      assert.deepEqual(problem, { words: `problem.${key}`, smallPrint: 'because' }, code);
    }
  });

  it('is what the status says where Node-RED itself refused', () => {
    const words = (status: number) => problemOfRequest(status, undefined, translate).words;
    assert.deepEqual([0, 401, 403, 500].map(words), [
      'problem.noServer',
      'problem.signedOut',
      'problem.forbidden',
      'problem.failed',
    ]);
    const busy = problemOfRequest(429, { code: 'BUSY', message: 'four at once' }, translate);
    assert.deepEqual(busy, { words: 'problem.busy', smallPrint: 'four at once' });
    const foreign = problemOfRequest(403, { code: 'FOREIGN_ORIGIN', message: 'elsewhere' }, translate);
    assert.deepEqual(foreign, { words: 'problem.foreignOrigin', smallPrint: 'elsewhere' });
  });
});

describe('forms: the test of a connection', () => {
  /** Opens the form of a connection with this AMM port, and presses the button. */
  function test() {
    page.open('akm-connection', { 'node-config-input-ammPort': '4711' });
    page.definitions
      .get('akm-connection')
      ?.oneditprepare?.call({ id: 'c1', layouts: { GET_VERSION_RESPONSE: 'v:text' } });
    const button = page.element('akm-test');
    button.fire('click');
    const [request] = page.requests;
    assert.ok(request);
    return { request, button, said: () => linesOf(page.element('akm-test-result')) };
  }

  afterEach(() => page.close());

  it('asks Node-RED with what the form holds', () => {
    const { request } = test();
    assert.deepEqual([request.type, request.url], ['POST', 'akm-connection/test']);
    assert.deepEqual(JSON.parse(request.data ?? ''), {
      id: 'c1',
      ammHost: '',
      ammPort: '4711',
      appHost: '',
      appPort: '',
      requestTimeout: '',
      layouts: { GET_VERSION_RESPONSE: 'v:text' },
    });
  });

  it('says that it runs, and does not run twice', () => {
    const { button, said } = test();
    assert.deepEqual([button.disabled, said()], [true, ['test.running']]);
  });

  it('says what came of it for each service, as text', () => {
    const { request, button, said } = test();
    const name = '<img src=x onerror=alert(1)>';
    const app = { connected: true, connectMs: 1, answered: true, answerMs: 2, endpoint: { name } };
    const error = { code: 'AKM_PROTOCOL', message: '<b>no</b>' };
    request.success({ amm: { connected: true, connectMs: 4, answered: false, error }, app });
    assert.deepEqual(said(), [
      'test.service service.amm test.connected 4',
      'problem.protocol',
      '<b>no</b>',
      `test.service service.app test.connected 1, test.answered 2, test.endpoint ${name}`,
    ]);
    assert.equal(button.disabled, false);
  });

  it('says that nothing came of it, and can be made again', () => {
    const { request, button, said } = test();
    request.error({ status: 403 });
    assert.deepEqual([said(), button.disabled], [['problem.forbidden'], false]);
    button.fire('click');
    assert.deepEqual([page.requests.length, said()], [2, ['test.running']]);
  });
});

import { make } from '../elements.js';
import { problemOfRequest, type Problem } from '../problem-words.js';
import { reportOf, type ServiceReport } from './test-words.js';
import { translate } from '../translate.js';

/** Longer than the route takes at most, in milliseconds. */
const PATIENCE = 20_000;

/**
 * Brings the button `akm-test` of a connection's form to life. What came of it is said in the element `akm-test-result`.
 *
 * @param settings gives what the form holds, as the test route takes it
 */
export function setUpTest(settings: () => Readonly<Record<string, unknown>>): void {
  const button = document.getElementById('akm-test');
  const result = document.getElementById('akm-test-result');
  if (!(button instanceof HTMLButtonElement) || !result) throw new Error('The form has no test');
  const show = (lines: HTMLElement[]): void => {
    result.replaceChildren(...lines);
    button.disabled = false;
  };
  button.addEventListener('click', () => {
    button.disabled = true;
    const wait = translate('@akmflow/node-red-akm/akm-connection:test.running');
    result.replaceChildren(entry('fa fa-spinner fa-spin', [wait]));
    // jQuery's, to which Node-RED adds the token of who is signed in
    $.ajax({
      url: 'akm-connection/test',
      type: 'POST',
      contentType: 'application/json',
      dataType: 'json',
      timeout: PATIENCE,
      data: JSON.stringify(settings()),
      success(answer) {
        show(servicesIn(answer));
      },
      error({ status, responseJSON }) {
        show([complaint(problemOfRequest(status, responseJSON, translate))]);
      },
    });
  });
}

function servicesIn(answer: unknown): HTMLElement[] {
  const { amm, app } = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<
    string,
    unknown
  >;
  return [
    serviceEntry(
      translate('@akmflow/node-red-akm/akm-connection:service.amm'),
      reportOf('amm', amm, translate),
    ),
    serviceEntry(
      translate('@akmflow/node-red-akm/akm-connection:service.app'),
      reportOf('app', app, translate),
    ),
  ];
}

function serviceEntry(service: string, { facts, problem }: ServiceReport): HTMLElement {
  const [what = '', ...rest] = [facts.join(', '), problem?.words ?? ''].filter((each) => each !== '');
  const first = translate('@akmflow/node-red-akm/akm-connection:test.service', { service, what });
  const icon = problem ? 'fa fa-times akm-mistake' : 'fa fa-check akm-fine';
  return entry(icon, [first, ...rest], problem?.smallPrint);
}

function complaint({ words, smallPrint }: Problem): HTMLElement {
  return entry('fa fa-exclamation-triangle akm-mistake', [words], smallPrint);
}

/** A part of the result, with an icon beside its lines. Whatever stands in these is text only: some of it came from a peer. */
function entry(icon: string, lines: readonly string[], smallPrint?: string): HTMLElement {
  const words = make('div');
  words.append(...lines.map((line) => make('div', '', line)));
  if (smallPrint !== undefined) words.append(make('div', 'akm-small-print', smallPrint));
  const element = make('div', 'akm-test-service');
  element.append(make('i', icon), words);
  return element;
}

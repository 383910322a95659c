import { checkOptions, type ClientOptions } from '../../../src/client/options.js';
import type { Layouts } from '../../../src/protocol/custom-layout.js';
import { concealing, type Conceal } from './conceal.js';
import { toAkmError } from '../errors.js';

/** Where a form says that a service is, and how long to wait for it: as written there. */
interface Written {
  readonly host: string;
  readonly port: string;
  readonly requestTimeout: string;
}

/** What it takes to ask a service. */
export interface ServiceSettings {
  /** With the values of environment variables in place; still to be checked. */
  readonly options: ClientOptions;
  /** Says what went wrong with these options, and does not repeat the value of a variable. */
  readonly conceal: Conceal;
}

/**
 * Puts the values of environment variables into the settings of a service. A variable whose value cannot be used counts as one that is not set
 * and stays as it is: then the error about it names the variable, not the value.
 *
 * @param layouts as they are saved; no variable is put in there
 * @param valueOf gives what a text stands for; any text that is no variable that is set, itself
 */
export function serviceSettings(
  service: 'AMM' | 'AppEndpoint',
  written: Written,
  layouts: Layouts,
  valueOf: (text: string) => unknown,
): ServiceSettings {
  const values = {
    host: usable('host', written.host, valueOf),
    port: usable('port', written.port, valueOf),
    requestTimeout: usable('requestTimeout', written.requestTimeout, valueOf),
  };
  const { host, port, requestTimeout } = written;
  const hasVariables =
    values.host !== host || values.port !== port || values.requestTimeout !== requestTimeout;
  const concealed = concealing(`The ${service} at ${host}:${port}`);
  return {
    options: { ...values, layouts },
    // the values were checked: an error about the input is about something else
    conceal: (thrown) => {
      const error = toAkmError(thrown);
      return hasVariables && error.code !== 'AKM_INVALID_INPUT' ? concealed(thrown) : error;
    },
  };
}

function usable(setting: keyof Written, text: string, valueOf: (text: string) => unknown): string {
  const value = valueOf(text);
  if (value === text) return text;
  try {
    checkOptions({ [setting]: value }, 1);
    return String(value);
  } catch {
    return text;
  }
}

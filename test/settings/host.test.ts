import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { hostProblemInWords, readHost, type HostProblem } from '../../src/settings/host.js';
import { isIpv4, isIpv6 } from '../../src/settings/ip-address.js';

const hosts: Record<string, [value: string, host: string][]> = {
  names: [
    ['localhost', 'localhost'],
    ['amm.plant.example', 'amm.plant.example'],
    ['AMM-1', 'AMM-1'],
    ['1-line', '1-line'],
    ['3com.example', '3com.example'],
    ['amm.7', 'amm.7'],
  ],
  'names with underscores, as in Docker networks': [['plant_amm_1', 'plant_amm_1']],
  'names with a dot at the end': [['amm.plant.example.', 'amm.plant.example.']],
  'names in other scripts': [
    ['münchen.example', 'münchen.example'],
    ['例え.テスト', '例え.テスト'],
  ],
  'names as long as they can be': [
    [`${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}.`, ''],
  ],
  'IPv4 addresses': [['192.168.0.10', '192.168.0.10']],
  'IPv6 addresses': [
    ['::1', '::1'],
    ['::', '::'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:DB8:0:0:0:0:0:1'],
  ],
  'IPv6 addresses in brackets': [
    ['[::1]', '::1'],
    [' [fe80::1%eth0] ', 'fe80::1%eth0'],
  ],
  'white space around it': [
    [' 127.0.0.1\n', '127.0.0.1'],
    ['\u00a0amm\ufeff', 'amm'],
  ],
};

const problems: Record<HostProblem, unknown[]> = {
  empty: ['', ' \t', undefined, null, 127, ['amm'], {}],
  variable: ['${AMM_HOST}', '${AMM}.plant', '$(AMM_HOST)', ' ${AMM_HOST}'],
  url: ['tcp://amm', 'http://amm:49200', '//amm', 'amm/', 'http://[::1]/'],
  port: ['localhost:49200', 'amm:', ':49200', '[::1]:49200', '127.0.0.1:49200'],
  ipv4: ['127.1', '0x7f.1', '0x7f000001', '010.0.0.1', '256.0.0.1', '1.2.3.4.5', '49200', '127.0.0.1.', '0x'],
  ipv6: [
    '[localhost]',
    '[127.0.0.1]',
    '[]',
    '[::1',
    '::1]',
    ':::',
    '1:2:3',
    'fe80::1%',
    'a:b',
    '[::1%et h]',
    '::1::',
  ],
  characters: [
    '"amm"',
    "'amm'",
    'my amm',
    'amm\u0000',
    'a\nm',
    'amm,app',
    'user@amm',
    'amm;rm',
    'amm\u200d',
    '１２７.0.0.1',
    '<b>',
    '%',
  ],
  length: ['.', '..', '.amm', 'amm..plant', 'a'.repeat(64), `${'a.'.repeat(126)}bb`],
};

describe('hosts', () => {
  for (const [what, values] of Object.entries(hosts)) {
    it(`can be ${what}`, () => {
      for (const [value, host] of values) assert.deepEqual(readHost(value), { host: host || value }, value);
    });
  }

  for (const [problem, values] of Object.entries(problems)) {
    it(`have the problem "${problem}"`, () => {
      for (const value of values) assert.deepEqual(readHost(value), { problem }, JSON.stringify(value));
    });
  }

  it('have a problem or none, whatever is given, and no character that could end a host', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom('[', ']', ':', '.', '%', '$', '/', '1', 'a', ' '),
            fc.string({ unit: 'binary', maxLength: 1 }),
          ),
        }),
        (value) => {
          const { host, problem } = readHost(value);
          assert.equal(host === undefined, problem !== undefined);
          assert.doesNotMatch(host ?? '', /[\s"'/\\@?#[\]\p{Cc}]/u);
        },
      ),
    );
  });

  it('have words for each problem, which say what to do', () => {
    for (const problem of Object.keys(problems) as HostProblem[])
      assert.match(
        hostProblemInWords(problem),
        /^(?:enter|set|write|a host name has|a host name or) /,
        problem,
      );
  });
});

describe('IP addresses', () => {
  const part = fc.oneof(
    fc.constantFrom(':', '::', '.', '1.2.3.4', '255', '0', '00', '256'),
    fc.string({ unit: fc.constantFrom('0', '9', 'a', 'F', 'g'), minLength: 1, maxLength: 5 }),
  );
  const zone = fc.constantFrom('', '', '%eth0', '%br-1.2', '%', '%a b');
  const nearly = fc
    .tuple(fc.array(part, { maxLength: 18 }), zone)
    .map(([parts, end]) => parts.join('') + end);

  it('are what Node.js takes for them', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.ipV4(), fc.ipV6()), (text) => {
        assert.equal(isIpv4(text), isIPv4(text), text);
        assert.equal(isIpv6(text), isIPv6(text), text);
      }),
      { numRuns: 2000 },
    );
  });
});

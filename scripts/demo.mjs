// The package as a user sees it: builds and packs it, installs the tarball into a Node-RED user directory inside this
// repository, .demo/, and starts Node-RED there with the first example. Ctrl-C ends all of it.
//
//   npm run demo                    http://127.0.0.1:1880
//   npm run demo -- --port 8080     or PORT=8080; 0 takes any free port
//   npm run demo -- --user-dir DIR  another user directory
//
// (On Windows: node scripts/demo.mjs, with the same options.)
//
// A flow that you change in the demo is kept for the next time. To start over, delete the user directory.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const host = '127.0.0.1';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const example = join(root, 'examples', '01 - First steps.json');

/** What runs now, and whether the user has asked for the end. */
let running;
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

try {
  const { values } = parseArgs({ options: { port: { type: 'string' }, 'user-dir': { type: 'string' } } });
  const port = await freePort(toPort(values.port ?? process.env.PORT ?? '1880'));
  const userDir = resolve(values['user-dir'] ?? join(root, '.demo'));
  console.log('1/3 Building and packing the package');
  mkdirSync(userDir, { recursive: true });
  const tarball = await pack(userDir);
  console.log(`2/3 Installing it into ${userDir}`);
  await install(tarball, userDir);
  const kept = provideFlows(userDir);
  console.log(
    `3/3 Starting Node-RED${kept ? ' with the flows you changed (delete that folder to start over)' : ''}\n`,
  );
  await runNodeRed(port, userDir);
} catch (error) {
  if (!stopping) {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}

/** Asked to end: end what runs. Once it has ended, nothing keeps this process up any more. */
function stop() {
  if (stopping) return;
  stopping = true;
  process.exitCode = 0;
  running?.kill('SIGTERM');
  // Node-RED gives its nodes 15 s at most to close.
  setTimeout(() => running?.kill('SIGKILL'), 20_000).unref();
}

function toPort(given) {
  const port = Number(given);
  if (given.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(
      `"${given}" is not a port: give a whole number from 0 to 65535, like this: npm run demo -- --port 8080`,
    );
  }
  return port;
}

/** The port if it is free, before minutes are spent on building for nothing. 0 gives any free one. */
function freePort(port) {
  return new Promise((found, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'another program uses it, perhaps another Node-RED' : error.message;
      reject(
        new Error(
          `The demo cannot use port ${port}: ${reason}.\nEnd that program, or choose another port: npm run demo -- --port 8080`,
        ),
      );
    });
    probe.listen(port, host, () => {
      const free = probe.address().port;
      probe.close(() => found(free));
    });
  });
}

/** Packs the package, which builds it first, and gives the path of the tarball. */
async function pack(userDir) {
  const told = await npm('pack', '--json', '--foreground-scripts=false', '--pack-destination', userDir);
  return join(userDir, JSON.parse(told)[0].filename);
}

/** Installs as a user would. Afresh each time, since the version stays the same while the package changes. */
async function install(tarball, userDir) {
  rmSync(join(userDir, 'node_modules'), { recursive: true, force: true });
  writeFileSync(join(userDir, 'package.json'), '{ "name": "akm-demo", "private": true }\n');
  await npm('install', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', userDir, tarball);
  rmSync(tarball);
}

/** Runs npm quietly and gives what it printed. What it complained about is shown only when it failed. */
async function npm(...args) {
  // Started by npm, this finds the very same npm; a plain `npm` cannot be started without a shell on Windows.
  const program = process.env.npm_execpath;
  const [command, before] = program?.endsWith('js') ? [process.execPath, [program]] : ['npm', []];
  const child = start(command, [...before, ...args], { cwd: root });
  let printed = '';
  let complaints = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  child.stderr.on('data', (chunk) => (complaints += chunk));
  const code = await ended(child);
  if (code !== 0) throw new Error(`npm ${args[0]} failed with exit code ${code}:\n${printed}${complaints}`);
  return printed;
}

/** Puts the example where Node-RED reads its flows, unless the user has changed them. Tells whether they were kept. */
function provideFlows(userDir) {
  const flows = join(userDir, 'flows.json');
  // The example as it was last put there: as long as the flows are the same, nobody has changed them.
  const untouched = join(userDir, 'flows.untouched.json');
  const kept = existsSync(flows) && read(flows) !== read(untouched);
  if (!kept) for (const file of [flows, untouched]) writeFileSync(file, read(example));
  return kept;
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Starts Node-RED, shows its log, tells what to do once it is up, and resolves when it has ended as asked. */
async function runNodeRed(port, userDir) {
  const settings = join(userDir, 'settings.js');
  writeFileSync(
    settings,
    `// Written by the demo each time it starts.
module.exports = {
  uiHost: '${host}',
  uiPort: ${port},
  flowFile: 'flows.json',
  credentialSecret: false,
  telemetry: { enabled: false },
  editorTheme: { tours: false },
};
`,
  );
  const program = createRequire(import.meta.url).resolve('node-red/red.js');
  const child = start(process.execPath, [program, '--userDir', userDir, '--settings', settings], {
    cwd: userDir,
  });
  const url = `http://${host}:${port}/`;
  const awaited = new Set(['Server now running', 'Started flows']);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      console.log(line);
      for (const part of awaited) {
        if (line.includes(part) && awaited.delete(part) && awaited.size === 0) void tellWhenUp(url);
      }
    });
  }
  const code = await ended(child);
  if (!stopping) throw new Error(`Node-RED ended by itself with exit code ${code}. Its log above says why.`);
  console.log('\nThe demo has ended.');
}

/** Tells what to do as soon as the editor can be opened. */
async function tellWhenUp(url) {
  const editor = await fetch(url).catch((error) => error);
  if (!stopping)
    console.log(
      editor.ok ? whatToDo(url) : `The editor at ${url} cannot be opened: ${editor.message ?? editor.status}`,
    );
}

function whatToDo(url) {
  return `
------------------------------------------------------------------------------
  The demo is up:  ${url}

  1. Open that address in a browser: the flow "AKM: first steps" is there.
  2. Open the debug sidebar on the right (the small bug).
  3. Press the button at the left end of "list the endpoints", "provision a
     new endpoint" or "say hello", and watch what arrives in the debug sidebar.

  Nothing outside this computer is involved: the node "akm-simulator" in the
  flow plays both the AMM (port 49200) and the AppEndpoint (port 49600).

  Ctrl-C ends the demo.
------------------------------------------------------------------------------
`;
}

/** Starts a program as the one that runs now. */
function start(command, args, options) {
  if (stopping) throw new Error('The demo was ended.');
  running = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  return running;
}

/** Resolves to the exit code of a program once it has ended and all of its output was read. */
function ended(child) {
  return new Promise((resolved, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolved(code ?? signal));
  });
}

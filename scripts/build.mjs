// Builds what is published: dist/ (the library and the nodes, with their html, catalogues and icons beside the .js, where
// Node-RED looks for them) and resources/ (what the editor loads in the browser).
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { tsImport } from 'tsx/esm/api';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

for (const folder of ['dist', 'resources']) rmSync(folder, { recursive: true, force: true });

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

// nobody imports a node: only the library's declarations are of use
for (const file of readdirSync('dist/nodes', { recursive: true }).filter((name) => name.endsWith('.d.ts'))) {
  rmSync(join('dist/nodes', file));
}
const { composePage } = await tsImport('./page.ts', import.meta.url);
for (const page of readdirSync('nodes').filter((name) => name.endsWith('.html'))) {
  writeFileSync(join('dist/nodes', page), composePage(page.replace('.html', '')));
}
cpSync('nodes/locales', 'dist/nodes/locales', { recursive: true });
cpSync('icons', 'dist/nodes/icons', { recursive: true });
chmodSync('dist/src/simulator/cli.js', 0o755);

// The editor offers an own layout for each message that is inferred. Which these are stands in the message tables, and they
// do not run in a browser.
const require = createRequire(import.meta.url);
const { INFERRED_MESSAGES } = require('../dist/src/protocol/custom-layout.js');
const { AMM_OPERATIONS } = require('../dist/src/protocol/amm-messages.js');
const { APP_OPERATIONS } = require('../dist/src/protocol/app-messages.js');
const inferredMessages = Object.entries({ amm: AMM_OPERATIONS, app: APP_OPERATIONS }).flatMap(
  ([service, operations]) =>
    Object.values(operations).flatMap(({ request, response, changing }) =>
      Object.entries({ request, response })
        .filter(([, { name }]) => INFERRED_MESSAGES.has(name))
        .map(([kind, { name, body }]) => ({ name, service, kind, changing, notation: body.notation })),
    ),
);

await build({
  entryPoints: ['src/editor/index.ts'],
  outfile: 'resources/akm-editor.js',
  define: { INFERRED_MESSAGES: JSON.stringify(inferredMessages) },
  bundle: true,
  format: 'iife',
  globalName: 'akmEditor',
  target: 'es2020',
  minify: true,
});

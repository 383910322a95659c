// Builds what is published: dist/ (the library and the nodes, with their html, catalogues and icons beside the .js, where
// Node-RED looks for them) and resources/ (what the editor loads in the browser).
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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
for (const page of readdirSync('nodes').filter((name) => name.endsWith('.html'))) {
  cpSync(join('nodes', page), join('dist/nodes', page));
}
cpSync('nodes/locales', 'dist/nodes/locales', { recursive: true });
cpSync('icons', 'dist/nodes/icons', { recursive: true });
chmodSync('dist/src/simulator/cli.js', 0o755);

await build({
  entryPoints: ['src/editor/index.ts'],
  outfile: 'resources/akm-editor.js',
  bundle: true,
  format: 'iife',
  globalName: 'akmEditor',
  target: 'es2020',
});

// Bundles static/**/*.test.ts with esbuild and runs them under node:test (TAP on request by NODE_TEST_REPORTER).
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const out = path.join(root, 'build/client-tests');
const found = ['static/tests', 'static/src'].flatMap((dir) =>
  readdirSync(path.join(root, dir), { recursive: true })
    .filter((f) => f.endsWith('.test.ts'))
    .map((f) => path.join(root, dir, f)),
);
rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: found, bundle: true, format: 'esm', platform: 'node', outdir: out, outExtension: { '.js': '.mjs' }, logLevel: 'warning',
  outbase: path.join(root, 'static'), packages: 'external', define: { __ASSETS__: '{}', __LEAK__: 'false' }, loader: { '.css': 'text' },
});
const files = readdirSync(out, { recursive: true }).filter((f) => f.endsWith('.test.mjs')).map((f) => path.join(out, f));
const run = spawnSync(process.execPath, ['--test', `--test-reporter=${process.env.NODE_TEST_REPORTER ?? 'tap'}`, ...files], {
  stdio: 'inherit', cwd: root,
});
process.exit(run.status ?? 1);

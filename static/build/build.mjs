// Builds static/dist: hashed file names, manifest.json (logical name -> file name), .br and .gz variants.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { build } from 'esbuild';
import { buildAdmin } from './admin.mjs';
import { buildSprite } from './icons.mjs';
import { divide, flatten } from './i18n.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const src = path.join(root, 'static/src');
const out = path.join(root, process.env.CLIENT_OUT ?? 'static/dist');
const tmp = `${out}.new`;
// A mutant of base/mutant.h, never part of static/dist: its client and Worker give secrets away.
const leaks = process.env.MUTANT === 'LEAK';
if (leaks && !process.env.CLIENT_OUT) throw new Error('MUTANT=LEAK needs CLIENT_OUT: it must not become static/dist');
const manifest = {};
const sizes = [];
const target = ['chrome120', 'firefox121', 'safari17.4'];

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);
const hashOf = (bytes) => createHash('sha256').update(bytes).digest('base64url').replace(/[-_]/g, '').slice(0, 10);

async function writeVariants(name, bytes) {
  await writeFile(path.join(tmp, name), bytes);
  const size = { name, raw: bytes.length, br: bytes.length, gz: bytes.length };
  if (!/\.(png|woff2|webp)$/.test(name)) {
    const params = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
    const [br, gz] = await Promise.all([brotli(bytes, params), gzip(bytes, { level: 9 })]);
    await Promise.all([writeFile(path.join(tmp, `${name}.br`), br), writeFile(path.join(tmp, `${name}.gz`), gz)]);
    size.br = br.length;
    size.gz = gz.length;
  }
  sizes.push(size);
}

/** Writes bytes as <stem>.<hash><ext>, enters it into the manifest, returns its URL. */
async function emit(logical, bytes) {
  const buffer = Buffer.from(bytes);
  const ext = path.extname(logical);
  const name = `${logical.slice(0, -ext.length)}.${hashOf(buffer)}${ext}`;
  await writeVariants(name, buffer);
  manifest[logical] = name;
  return `/static/${name}`;
}

async function bundleText(entry, options = {}) {
  const result = await build({
    entryPoints: [entry], bundle: true, minify: true, write: false, target, legalComments: 'none', logLevel: 'warning',
    external: ['/static/*'], ...options,
  });
  return result.outputFiles[0].contents;
}

/** Every part that is loaded later waits for the rest of the texts (core/rest.ts). */
const withTexts = {
  name: 'with-texts',
  setup(b) {
    b.onResolve({ filter: /^\.{1,2}\// }, (a) => (a.kind === 'dynamic-import' ? { path: path.resolve(a.resolveDir, a.path), namespace: 'later' } : undefined));
    b.onLoad({ filter: /.*/, namespace: 'later' }, (a) => ({
      contents: `import ${JSON.stringify(path.join(src, 'core/rest.ts'))}; export * from ${JSON.stringify(a.path)};`, resolveDir: path.dirname(a.path), loader: 'js',
    }));
  },
};
const APP = { entryPoints: [path.join(src, 'app/app.ts')], bundle: true, splitting: true, format: 'esm', write: false, metafile: true, target, outdir: tmp, legalComments: 'none', logLevel: 'warning', loader: { '.css': 'text' } };

/** The code of the first picture: the entry and what it imports at once. */
async function firstCode() {
  const result = await build({ ...APP, define: { __ASSETS__: '{}', __LEAK__: 'false' }, plugins: [withTexts] });
  const outputs = new Map(Object.entries(result.metafile.outputs).map(([file, info]) => [path.basename(file), info]));
  const texts = new Map(result.outputFiles.map((f) => [path.basename(f.path), f.text]));
  const seen = new Set(['app.js']);
  for (const name of seen) for (const i of outputs.get(name).imports) if (i.kind === 'import-statement') seen.add(path.basename(i.path));
  return [...seen].map((name) => texts.get(name)).join('\n');
}

/** Page scripts: ES modules with shared chunks, so that reader, composer and settings load when first needed. */
async function buildApp(assets) {
  const result = await build({
    ...APP, minify: true, entryNames: '[name].[hash]', chunkNames: '[name].[hash]', plugins: [withTexts],
    define: { __ASSETS__: JSON.stringify(assets), __LEAK__: String(leaks) },
  });
  if (result.outputFiles.some((f) => f.text.includes('/v1/leak')) !== leaks) throw new Error('the leak is not in the build it belongs to');
  for (const file of result.outputFiles) await writeVariants(path.basename(file.path), Buffer.from(file.contents));
  for (const [file, info] of Object.entries(result.metafile.outputs)) {
    const name = path.basename(file);
    // Lazy parts are imported by their hashed names; only the entry is named by a template.
    if (!info.entryPoint?.endsWith('static/src/app/app.ts')) continue;
    manifest['app.js'] = name;
    const shared = info.imports.filter((i) => i.kind === 'import-statement').map((i) => path.basename(i.path));
    // Named in the shell as modulepreload, so that both are asked for at once.
    if (shared.length > 1) throw new Error(`app.js imports ${shared.length} chunks; the shell preloads one (core/shared.ts)`);
    if (shared.length === 1) manifest['shared.js'] = shared[0];
  }
}

async function emitLanguages() {
  const urls = {};
  const dir = path.join(root, 'static/i18n');
  const code = await firstCode();
  for (const file of (await readdir(dir)).filter((f) => /^[a-z]+\.ftl$/.test(f)).sort()) {
    const text = await readFile(path.join(dir, file), 'utf8');
    const lang = path.basename(file, '.ftl');
    const { first, rest } = divide(text, code);
    urls[file] = await emit(file, first);
    urls[`${lang}-rest.ftl`] = await emit(`${lang}-rest.ftl`, rest);
    await emit(`${lang}.json`, `${JSON.stringify(flatten(`${text}\n${await readFile(path.join(dir, `admin-${file}`), 'utf8')}`))}\n`); // for the templates' {{t key}}
  }
  return urls;
}

/** The keyring is built by its owner's rules; its Worker is served at /keyring/worker.js under its own CSP. */
async function emitKeyring() {
  const wasm = path.join(root, 'build/keyring/keyring.wasm');
  const worker = path.join(root, 'build/keyring/worker.js');
  const info = { 'keyring.wasm': '', 'keyring.sha256': '' };
  if (existsSync(wasm)) {
    const bytes = await readFile(wasm);
    info['keyring.wasm'] = await emit('keyring.wasm', bytes);
    info['keyring.sha256'] = createHash('sha256').update(bytes).digest('hex');
    const about = `${wasm}.info`;
    if (existsSync(about)) info['keyring.version'] = (await readFile(about, 'utf8')).split('\n')[0];
  }
  // Served as it was built, so that it can be compared; the module's hash is inside.
  if (existsSync(worker)) await emit('worker.js', leaks ? leaky(await readFile(worker, 'utf8')) : await readFile(worker));
  return info;
}

function leaky(worker) {
  const at = 'const ops = {';
  if (worker.split(at).length !== 2) throw new Error('the Worker has changed: there is no one place for the leak');
  return worker.replace(at, `${at} leak() { return new Uint8Array(w.memory.buffer).slice(); },`);
}

/** Notices of what is inside the bundles; the licences ask for them wherever copies go (docs/adr/0010). */
async function writeLicences() {
  const meta = async (name) => JSON.parse(await readFile(path.join(root, 'node_modules', name, 'package.json'), 'utf8'));
  const seen = new Set();
  let text = 'What the web client and the admin page of Waxseal contain besides its own code.\n';
  const add = async (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const m = await meta(name);
    const file = (await readdir(path.join(root, 'node_modules', name))).find((f) => /^licen[cs]e(\.(md|txt))?$/i.test(f));
    text += `\n==== ${name} ${m.version} (${m.license})\n\n`;
    text += file ? await readFile(path.join(root, 'node_modules', name, file), 'utf8') : 'Its package names the licence only.\n';
    for (const inner of Object.keys(m.dependencies ?? {})) if (!inner.startsWith('@types/')) await add(inner);
  };
  for (const name of Object.keys(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')).dependencies)) await add(name);
  text += '\n==== keyring.wasm\n\nOpenSSL 3.0 (Apache-2.0), libc of wasi-libc (MIT and Apache-2.0 with LLVM exception), both as Debian ships them.\n';
  await writeFile(path.join(tmp, 'licences.txt'), text);
}

async function main() {
  await rm(tmp, { recursive: true, force: true });
  await mkdir(tmp, { recursive: true });
  const assets = await emitLanguages();
  assets['icons.svg'] = await emit('icons.svg', await buildSprite(root));
  Object.assign(assets, await emitKeyring());
  for (const sheet of ['app', 'signin']) await emit(`${sheet}.css`, await bundleText(path.join(root, `static/css/${sheet}.css`)));
  await emit('editor.js', await bundleText(path.join(src, 'editor/editor.ts'), { format: 'iife', loader: { '.css': 'text' } }));
  await emit('signin.js', await bundleText(path.join(src, 'signin/signin.ts'), { format: 'iife' }));

  await buildApp(assets);
  await buildAdmin({ root, src, tmp, target, emit, writeVariants, bundleText, manifest });
  await writeLicences();
  await writeFile(path.join(tmp, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  await rm(out, { recursive: true, force: true });
  await rename(tmp, out);
  sizes.sort((a, b) => b.br - a.br);
  for (const s of sizes) console.log(`${String(s.raw).padStart(8)} ${String(s.gz).padStart(7)} gz ${String(s.br).padStart(7)} br  ${s.name}`);
}

await main();

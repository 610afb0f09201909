// The admin page: a build of its own beside the mail client's, with the components, texts and styles it shares with it. Its files
// begin with "admin", so that neither page loads, nor pays for, anything of the other's.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { buildSprite, ADMIN } from './icons.mjs';
import { allOf, divide, shrink } from './i18n.mjs';

/** o: what build.mjs has at hand: {root, src, tmp, target, emit, writeVariants, bundleText, manifest}. */
export async function buildAdmin(o) {
  const shared = path.join(o.src, 'admin/shared.ts');
  // Every place waits for the rest of the texts and imports all that is there already, so that there is one shared chunk.
  const later = {
    name: 'later',
    setup(b) {
      b.onResolve({ filter: /^\.{1,2}\// }, (a) => (a.kind === 'dynamic-import' ? { path: path.resolve(a.resolveDir, a.path), namespace: 'later' } : undefined));
      b.onLoad({ filter: /.*/, namespace: 'later' }, (a) => ({
        contents: `import ${JSON.stringify(path.join(o.src, 'core/rest.ts'))}; import ${JSON.stringify(shared)}; export * from ${JSON.stringify(a.path)};`, resolveDir: path.dirname(a.path), loader: 'js',
      }));
    },
  };
  const options = {
    entryPoints: [path.join(o.src, 'admin/admin.ts')], bundle: true, splitting: true, format: 'esm', write: false, metafile: true, target: o.target, outdir: o.tmp,
    legalComments: 'none', logLevel: 'warning', loader: { '.css': 'text' }, plugins: [later],
  };
  const plain = await build({ ...options, define: { __ASSETS__: '{}', __LEAK__: 'false' } });
  const assets = await texts(o, plain);
  assets['icons.svg'] = await o.emit('admin-icons.svg', await buildSprite(o.root, ADMIN));
  await o.emit('admin.css', await o.bundleText(path.join(o.root, 'static/css/admin.css')));

  const result = await build({ ...options, minify: true, entryNames: '[name].[hash]', chunkNames: 'admin-[name].[hash]', define: { __ASSETS__: JSON.stringify(assets), __LEAK__: 'false' } });
  for (const file of result.outputFiles) await o.writeVariants(path.basename(file.path), Buffer.from(file.contents));
  for (const [file, info] of Object.entries(result.metafile.outputs)) {
    if (!info.entryPoint?.endsWith('static/src/admin/admin.ts')) continue;
    o.manifest['admin.js'] = path.basename(file);
    const first = info.imports.filter((i) => i.kind === 'import-statement').map((i) => path.basename(i.path));
    if (first.length !== 1) throw new Error(`admin.js imports ${first.length} chunks; the page preloads one (admin/shared.ts)`);
    o.manifest['admin-shared.js'] = first[0];
  }
}

/** Texts of the page: its own, and those of the mail client's that its code may ask for; of them first what the first picture needs. */
async function texts(o, plain) {
  const code = new Map(plain.outputFiles.map((f) => [path.basename(f.path), f.text]));
  const outputs = new Map(Object.entries(plain.metafile.outputs).map(([file, info]) => [path.basename(file), info]));
  const first = new Set(['admin.js']);
  for (const name of first) for (const i of outputs.get(name).imports) if (i.kind === 'import-statement') first.add(path.basename(i.path));
  const urls = {};
  for (const lang of ['en', 'de']) {
    const read = (name) => readFile(path.join(o.root, 'static/i18n', name), 'utf8');
    const mail = allOf(await read(`${lang}.ftl`), [...code.values()].join('\n'));
    const parts = divide(`${shrink(await read(`admin-${lang}.ftl`))}${mail}`, [...first].map((n) => code.get(n)).join('\n'));
    urls[`${lang}.ftl`] = await o.emit(`admin-${lang}.ftl`, parts.first);
    urls[`${lang}-rest.ftl`] = await o.emit(`admin-${lang}-rest.ftl`, parts.rest);
  }
  return urls;
}

// What the developers' corpus expects of MIME messages, as checks: shared by mime.test.mjs and report.mjs.
import { join } from 'node:path';
import { corpus, root, run, tool } from './expect.mjs';

const plain = 'build/tests/corpus/plain';
let made;
/** The helper that gives a mail's plain alternative. */
const plainReady = () => (made ??= run('make', ['-s', plain], { cwd: root }));

// file → field → reason (in full in docs/VIOLATIONS.md)
export const DEVIATIONS = {
  'mime/stalwart-rfc/002.eml': { attachment_names: 'a forwarded message is one attachment' },
  'mime/stalwart-rfc/004.eml': { attachment_count: 'messages of a digest are attachments' },
  'mime/thunderbird-mime/noCharsetWindows1252.eml': { text_begins: '8-bit text without a charset is windows-1252' },
  'mime/zbateson/github-102-02.txt': {
    subject: '8-bit header without a charset is windows-1252',
    text_begins: '8-bit text without a charset is windows-1252',
  },
};

export const flat = (s) => (s ?? '').replace(/\s+/g, ' ').trim();

export async function inspect(file) {
  const { stdout } = await run(tool, ['message', 'inspect', '--content', join(corpus, file)], {
    timeout: 20_000,
    maxBuffer: 64 << 20,
  });
  return JSON.parse(stdout);
}

async function plainText(file) {
  await plainReady();
  const { stdout } = await run(join(root, plain), [join(corpus, file)], { timeout: 20_000, maxBuffer: 64 << 20 });
  return flat(stdout);
}

/** What the file's entry demands, as [field, expected, actual]. level 3: what all three parsers agree on; 2: what only two do. */
export async function demands(entry, got, level = 3) {
  const e = entry.expect;
  const agree = entry.oracle_agreement;
  const counts = (field) => e[field] !== undefined && (agree ? agree[field] === level : level === 3);
  const out = [];
  const names = got.attachments.map((a) => a.name);
  if (counts('subject')) out.push(['subject', flat(e.subject), flat(got.headers.subject)]);
  if (counts('from')) out.push(['from', e.from, got.headers.from[0]?.address ?? null]);
  if (counts('attachment_count')) out.push(['attachment_count', e.attachment_count, got.attachments.length]);
  if (e.attachment_names && agree?.attachment_count === level) out.push(['attachment_names', e.attachment_names, names]);
  if (e.text_begins !== undefined && agree?.text === level) {
    const want = flat(e.text_begins);
    let is = flat(got.content.text).slice(0, want.length);
    // the parsers give the plain alternative, the view shows HTML
    if (is !== want) is = (await plainText(entry.file)).slice(0, want.length);
    out.push(['text_begins', want, is]);
  }
  if (level !== 3) return out;
  if (e.attachments) out.push(['attachments', e.attachments, names]);
  if (e.attachment_bytes !== undefined) out.push(['attachment_bytes', e.attachment_bytes, got.attachments[0]?.size]);
  if (e.body !== undefined) out.push(['body', e.body, flat(got.content.text)]);
  if (e.body_contains !== undefined) {
    const text = got.content.text ?? '';
    out.push(['body_contains', e.body_contains, text.includes(e.body_contains) ? e.body_contains : text]);
  }
  if (e.cc) out.push(['cc', e.cc, got.headers.cc.map((a) => a.address)]);
  if (e.reply_to) out.push(['reply_to', e.reply_to, got.headers.reply_to.map((a) => [a.name, a.address])]);
  if (e.inline_images !== undefined)
    out.push(['inline_images', e.inline_images, got.attachments.filter((a) => a.inline && a.type.startsWith('image/')).length]);
  return out;
}

// Every HTML payload of the corpus in the real client, in Chromium and in Firefox: no script runs, nothing outside is
// asked for, nothing navigates. WAXSEAL_REPORTS=1 writes docs/reports/html.md.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser } from '../lib/browser.mjs';
import { Firefox, noFirefox } from '../lib/firefox.mjs';
import { account, folderId, dropFolder, imapOf, instance, top } from '../lib/instance.mjs';
import { noCorpus, payloads, readInPage } from '../lib/payloads.mjs';

const FOLDER = 'Scratch payloads';
const mails = payloads(account('alice').address);
const where = `/mail/${folderId(FOLDER)}`;
const results = {}; // browser -> [{family, id, runs, outside, left}]
const versions = {};
let uids = [];

const drop = () => dropFolder('alice', FOLDER);

before(async () => {
  await drop();
  const imap = await imapOf('alice');
  await imap.create(FOLDER);
  for (const m of mails) uids.push(await imap.append(FOLDER, m.mail, ['\\Seen']));
  imap.close();
});
after(async () => {
  await drop();
  if (process.env.WAXSEAL_REPORTS && !noCorpus && !noFirefox) report();
});

// The editor that the page keeps ready is a frame of its own, which comes at some moment.
const ofEditor = (url) => url.startsWith(`${instance.origin}/`) && /^\/(?:editor|static\/editor\.[\w-]+\.(?:js|css))$/.test(new URL(url).pathname);

/** Opens each mail; seen() gives what the browser noticed since it was last asked: {runs, outside}. */
async function readAll(browser, open, seen) {
  const faults = [];
  results[browser] = [];
  for (const [i, m] of mails.entries()) {
    const page = await open(`${where}/${uids[i]}`);
    const { runs, outside } = await seen();
    const left = [...page.dangerous, ...page.handlers, ...page.loads];
    results[browser].push({ family: m.family, id: m.id, frames: page.frames, runs: runs.length + Number(page.ran), outside: outside.length, left: left.length });
    const wrong = [...runs.map((r) => `ran: ${r}`), ...outside.map((o) => `asked for: ${o}`), ...left.map((l) => `left: ${l}`), ...(page.ran ? ['a global of the attacker'] : []), ...(page.failed ? [`not shown: ${page.failed}`] : []),
      ...(page.escapes ? ['the frame is wider than its pane'] : []), ...(page.here === `${instance.origin}${where}/${uids[i]}` ? [] : [`went to ${page.here}`])];
    if (wrong.length) faults.push(`${m.id}: ${wrong.join('; ')}`);
  }
  assert.deepEqual(faults, []);
  assert.ok(results[browser].filter((r) => r.frames > 0).length > mails.length / 2, 'the payloads were drawn as HTML');
}

test('Chromium', { skip: noCorpus }, async () => {
  const browser = await Browser.launch();
  try {
    const alice = await (await browser.person('alice')).signIn();
    versions.Chromium = browser.chromium.version();
    const asked = [];
    // A frame asks for its own empty page and for nothing else; its pictures are fetched by the page around it.
    alice.page.on('request', (r) => { if (r.frame() !== alice.page.mainFrame() && !/^(?:data|blob|about):/.test(r.url()) && !/\/mailframe(?:\/sealed)?$/.test(r.url())
      && !(r.frame().parentFrame() === alice.page.mainFrame() && ofEditor(r.url()))) asked.push(r.url()); });
    await alice.page.goto(`${instance.origin}${where}`);
    await alice.page.locator('.row:not(.is-bone)').first().waitFor();
    await readAll('Chromium', (to) => alice.page.evaluate(readInPage, to), async () => {
      const runs = alice.faults.splice(0);
      if (alice.context.pages().length > 1) runs.push('a window');
      return { runs, outside: [...asked.splice(0), ...browser.strangers.splice(0)] };
    });
  } finally { await browser.close(); }
});

test('Firefox', { skip: noFirefox || noCorpus }, async () => {
  const firefox = await Firefox.launch();
  try {
    versions.Firefox = firefox.version;
    const runs = [], asked = [], children = new Set();
    await firefox.listen(['browsingContext.userPromptOpened', 'browsingContext.contextCreated', 'network.beforeRequestSent', 'log.entryAdded'], (method, p) => {
      if (method === 'browsingContext.userPromptOpened') runs.push(`dialog ${p.message}`);
      else if (method === 'browsingContext.contextCreated') {
        if (p.parent === null && p.context !== firefox.context) runs.push('a window');
        if (p.parent === firefox.context) children.add(p.context);
      }
      else if (method === 'log.entryAdded') { if (p.level === 'error' && /Content-Security-Policy|Trusted ?Type/i.test(p.text ?? '')) runs.push(`policy: ${p.text}`); }
      else if (/^https?:/.test(p.request.url) && (new URL(p.request.url).origin !== instance.origin || (p.context !== firefox.context && !/\/mailframe(?:\/sealed)?$/.test(p.request.url) && !(children.has(p.context) && ofEditor(p.request.url))))) asked.push(p.request.url);
    });
    await firefox.navigate(`${instance.origin}/signin`);
    await firefox.evaluate((a) => {
      document.querySelector('#username').value = a.address;
      document.querySelector('#password').value = a.password;
      document.querySelector('button[type=submit]').click();
    }, { address: account('alice').address, password: account('alice').password });
    const shows = (sel) => firefox.evaluate((s) => new Promise((done, fail) => { const end = Date.now() + 30_000; const look = () => { if (document.querySelector(s)) done(true); else if (Date.now() > end) fail(new Error(`no ${s} at ${location.href}`)); else setTimeout(look, 20); }; look(); }), sel);
    // The form leads to another document: asked again until it stands.
    for (let i = 0; ; i++) { try { await shows('.row:not(.is-bone), .grid-empty'); break; } catch (error) { if (i > 5) throw error; } }
    await firefox.navigate(`${instance.origin}${where}`);
    await shows('.row:not(.is-bone)');
    // The trap works: a request of the page to elsewhere is stopped by its policy, one of the browser itself arrives there.
    await firefox.evaluate(() => { open('http://trap.canary.example/', '_blank', 'noopener'); });
    for (let i = 0; i < 200 && !firefox.strangers.length; i++) await new Promise((r) => setTimeout(r, 25));
    assert.deepEqual([...new Set(firefox.strangers.splice(0))], ['trap.canary.example'], 'the trap hears what leaves');
    for (const c of (await firefox.send('browsingContext.getTree', {})).contexts) if (c.context !== firefox.context) await firefox.send('browsingContext.close', { context: c.context });
    runs.length = asked.length = 0;
    await readAll('Firefox', (to) => firefox.evaluate(readInPage, to), async () => ({ runs: runs.splice(0), outside: [...asked.splice(0), ...firefox.strangers.splice(0).filter((h) => h !== 'trap.canary.example')] }));
  } finally { await firefox.close(); }
});

function report() {
  const families = [...new Set(mails.map((m) => m.family))];
  const sum = (browser, family, what) => results[browser].filter((r) => family === null || r.family === family).reduce((n, r) => n + r[what], 0);
  const line = (name, family) => `| ${name} | ${mails.filter((m) => family === null || m.family === family).length} | ${['Chromium', 'Firefox'].flatMap((b) => ['runs', 'outside', 'left'].map((w) => sum(b, family, w))).join(' | ')} |`;
  writeFileSync(path.join(top, 'docs/reports/html.md'), `# HTML payloads in Chromium ${versions.Chromium} and Firefox ${versions.Firefox}

Written by \`WAXSEAL_REPORTS=1 tests/run e2e\` (tests/e2e/html.test.mjs), which runs without that, too. Each payload is the body of a mail that is
opened in the real client against the real servers; every element of it is poked. *Runs*: scripts, dialogs, windows, violations of a policy. *Outside*:
requests to another host, or of the mail's frame to any (Chromium's and Firefox's own reports, and a trap every other name leads to; that the trap hears is
tested first). *Left*: elements and attributes that could run or load. Nothing navigated, and no mail drew outside its pane.

| family | payloads | Chromium runs | outside | left | Firefox runs | outside | left |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${families.map((f) => line(f, f)).join('\n')}
${line('**all**', null)}
`);
}

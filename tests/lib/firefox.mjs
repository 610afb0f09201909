// Headless Firefox, driven by WebDriver BiDi on a loopback port. Everything that is not the instance goes to a proxy of
// ours, which is a trap: it answers nothing and remembers the host. Nothing leaves this machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const EXECUTABLE = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
export const noFirefox = existsSync(EXECUTABLE) ? false : `SKIPPED: no ${EXECUTABLE} (make deps installs firefox-esr)`;

/** The browser's own services are no traffic of the page: they are switched off, and what is left of them is not counted. */
// Firefox fetches its own decoders from there.
const OWN = /^update\.googleapis\.com$|(?:^|\.)(?:mozilla\.(?:com|org|net)|firefox\.com|mozgcp\.net|mozaws\.net)$/;
const prefs = (proxy) => ({
  'network.proxy.type': 1, 'network.proxy.http': '127.0.0.1', 'network.proxy.http_port': proxy, 'network.proxy.ssl': '127.0.0.1', 'network.proxy.ssl_port': proxy,
  'network.proxy.no_proxies_on': 'localhost, 127.0.0.1', 'network.dns.disablePrefetch': true, 'network.predictor.enabled': false, 'network.prefetch-next': false,
  'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false, 'network.trr.mode': 5, 'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false, 'browser.safebrowsing.downloads.enabled': false, 'app.update.disabledForTesting': true, 'app.normandy.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false, 'datareporting.healthreport.uploadEnabled': false, 'toolkit.telemetry.enabled': false, 'toolkit.telemetry.server': '',
  'services.settings.server': 'data:,none', 'extensions.update.enabled': false, 'extensions.getAddons.cache.enabled': false, 'dom.push.connection.enabled': false,
  'browser.shell.checkDefaultBrowser': false, 'browser.startup.homepage_override.mstone': 'ignore', 'browser.startup.page': 0, 'browser.newtabpage.enabled': false,
  'browser.aboutwelcome.enabled': false, 'browser.region.network.url': '', 'browser.topsites.contile.enabled': false, 'browser.search.update': false, 'media.gmp-manager.updateEnabled': false, 'media.gmp-provider.enabled': false, 'media.eme.enabled': false, 'intl.accept_languages': 'en-GB, en',
});

export class Firefox {
  #next = 0;
  #waiting = new Map();
  #listeners = [];
  /** Hosts outside that something tried to reach. */
  strangers = [];

  static async launch() {
    const f = new Firefox();
    f.trap = net.createServer((s) => {
      s.once('data', (d) => {
        const [, method, target] = /^(\S+) (\S+)/.exec(d.toString('latin1')) ?? [];
        const host = method === 'CONNECT' ? target.replace(/:\d+$/, '') : URL.canParse(target ?? '') ? new URL(target).hostname : 'a connection without a name';
        if (!OWN.test(host)) f.strangers.push(host);
        s.destroy();
      });
      s.on('error', () => {});
    });
    f.trap.listen(0, '127.0.0.1');
    await once(f.trap, 'listening');
    f.profile = mkdtempSync(path.join(tmpdir(), 'waxseal-firefox-'));
    writeFileSync(path.join(f.profile, 'user.js'), Object.entries(prefs(f.trap.address().port)).map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});`).join('\n'));
    f.process = spawn(EXECUTABLE, ['--headless', '--no-remote', '--new-instance', '--profile', f.profile, '--remote-debugging-port', '0', 'about:blank'],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: f.profile, MOZ_HEADLESS: '1', MOZ_CRASHREPORTER_DISABLE: '1' } });
    const url = await new Promise((resolve, reject) => {
      let said = '';
      const deadline = setTimeout(() => reject(new Error(`Firefox did not start: ${said.slice(-400)}`)), 60_000);
      f.process.stderr.on('data', (d) => { said += d; const m = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said); if (m) { clearTimeout(deadline); resolve(m[1]); } });
      f.process.once('exit', (code) => { clearTimeout(deadline); reject(new Error(`Firefox ended (${code}): ${said.slice(-400)}`)); });
    });
    f.socket = new WebSocket(`${url}/session`);
    await new Promise((resolve, reject) => { f.socket.onopen = resolve; f.socket.onerror = () => reject(new Error('no connection to Firefox')); });
    f.socket.onmessage = (e) => f.#heard(JSON.parse(e.data));
    f.socket.onclose = () => { for (const w of f.#waiting.values()) w.reject(new Error('Firefox closed the connection')); };
    f.version = (await f.send('session.new', { capabilities: {} })).capabilities.browserVersion;
    f.context = (await f.send('browsingContext.getTree', {})).contexts[0].context;
    return f;
  }

  #heard(m) {
    if (m.type === 'event') { for (const l of this.#listeners) l(m.method, m.params); return; }
    const w = this.#waiting.get(m.id);
    this.#waiting.delete(m.id);
    if (m.type === 'error') w?.reject(new Error(`${m.error}: ${m.message}`));
    else w?.resolve(m.result);
  }

  send(method, params) {
    const id = ++this.#next;
    return new Promise((resolve, reject) => { this.#waiting.set(id, { resolve, reject }); this.socket.send(JSON.stringify({ id, method, params })); });
  }
  /** listener(method, params) for these events. */
  async listen(events, listener) { this.#listeners.push(listener); await this.send('session.subscribe', { events }); }
  navigate(url) { return this.send('browsingContext.navigate', { context: this.context, url, wait: 'complete' }); }

  /** Runs a function of one JSON value in the page; answers what it answers, as JSON. */
  async evaluate(fn, arg = null) {
    const answer = await this.send('script.callFunction', {
      functionDeclaration: `async (arg) => JSON.stringify(await (${fn})(JSON.parse(arg))) ?? 'null'`, arguments: [{ type: 'string', value: JSON.stringify(arg) }], awaitPromise: true, target: { context: this.context },
    });
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
    return JSON.parse(answer.result.value);
  }

  async close() {
    await this.send('browser.close', {}).catch(() => undefined);
    const gone = this.process.exitCode !== null ? null : once(this.process, 'exit');
    const deadline = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(deadline);
    this.trap.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

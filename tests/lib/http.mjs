// An HTTP client that keeps cookies and the CSRF token as the web client does, and can leave either out.
import http from 'node:http';

export class Client {
  cookies = new Map();
  csrf = null;
  session = null;

  constructor(origin) {
    this.origin = origin;
    // A connection that rests is given up before nginx does (75 s): a request that meets its end would be lost.
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 8, timeout: 50_000 });
  }

  // options: json | body, headers, csrf (false leaves the token out, text sends that), origin (null leaves it out).
  request(method, path, options = {}) {
    const url = new URL(path, this.origin);
    const body = options.json !== undefined ? Buffer.from(JSON.stringify(options.json)) : options.body !== undefined ? Buffer.from(options.body) : null;
    const headers = { ...(options.json !== undefined ? { 'Content-Type': 'application/json' } : {}), ...options.headers };
    if (body) headers['Content-Length'] = body.length;
    if (this.cookies.size) headers.Cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    if (method !== 'GET' && method !== 'HEAD') {
      const token = options.csrf === undefined ? this.csrf : options.csrf;
      if (token) headers['X-Waxseal-Csrf'] = token;
      const origin = options.origin === undefined ? this.origin : options.origin;
      if (origin) headers.Origin = origin;
    }
    return new Promise((resolve, reject) => {
      const q = http.request({ host: '127.0.0.1', port: url.port, method, path: options.path ?? url.pathname + url.search, headers: { Host: url.host, ...headers }, agent: this.agent }, (r) => {
        const pieces = [];
        r.on('data', (d) => pieces.push(d));
        r.on('error', reject);
        r.on('end', () => resolve(this.#answer(r, Buffer.concat(pieces))));
      });
      q.on('error', reject);
      q.end(body ?? undefined);
    });
  }
  #answer(r, bytes) {
    for (const line of r.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const answer = { status: r.statusCode, headers: r.headers, bytes, text: bytes.toString('utf8'), json: null };
    if (/^application\/json/.test(r.headers['content-type'] ?? '')) answer.json = JSON.parse(answer.text);
    return answer;
  }
  get(path, options) { return this.request('GET', path, options); }
  post(path, json, options) { return this.request('POST', path, { json, ...options }); }
  put(path, json, options) { return this.request('PUT', path, { json, ...options }); }
  delete(path, json, options) { return this.request('DELETE', path, json === undefined ? options : { json, ...options }); }

  async signIn(username, password) {
    const r = await this.post('/api/v1/signin', { username, password });
    if (r.status !== 200) throw new Error(`sign-in of ${username}: ${r.status} ${r.text}`);
    this.session = r.json;
    this.csrf = r.json.csrf;
    return r.json;
  }
  close() { this.agent.destroy(); }
}

// Hands messages to the demo's Dovecot over its LMTP socket, as Postfix does: what arrives goes through the filters.
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import path from 'node:path';
import { instance } from './instance.mjs';

// The message id; resolves when Dovecot has taken the message (250 after the dot).
export function deliver(to, subject, { headers = [], body = 'Hello.', from = 'someone@outside.test' } = {}) {
  const id = `${randomUUID()}@outside.test`;
  const text = [`From: Some One <${from}>`, `To: <${to}>`, `Subject: ${subject}`, `Message-ID: <${id}>`, 'Date: Mon, 5 Jan 2026 10:00:00 +0000', ...headers, '', body].join('\r\n');
  const lines = ['LHLO test', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', `${text}\r\n.`, 'QUIT'];
  return new Promise((resolve, reject) => {
    const s = net.connect(path.join(instance.data, 'run/lmtp.sock'));
    let seen = '';
    s.on('error', reject);
    s.on('data', (d) => {
      seen += d;
      // A reply ends with a line that has a blank after its code.
      if (!/^\d{3} [^\r\n]*\r\n$/m.test(seen.slice(seen.lastIndexOf('\n', seen.length - 2) + 1))) return;
      if (/^[45]/m.test(seen)) reject(new Error(seen));
      seen = '';
      const next = lines.shift();
      if (next === undefined) s.end();
      else s.write(`${next}\r\n`);
    });
    s.on('close', () => resolve(id));
  });
}

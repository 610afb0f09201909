// The files an installation gets: units that are closed enough, an example configuration that is accepted.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';

const top = path.join(import.meta.dirname, '../..');
const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;

for (const unit of ['waxseal', 'waxseal-fetch']) {
  test(`${unit}.service is exposed by 2.0 at most`, { skip: analyze ? false : 'there is no systemd-analyze' }, () => {
    const r = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path.join(top, 'deploy/systemd', `${unit}.service`)], { encoding: 'utf8' });
    const exposure = /Overall exposure level for [\w.-]+: ([\d.]+)/.exec(r.stdout);
    assert.ok(exposure, r.stdout + r.stderr);
    assert.ok(Number(exposure[1]) <= 2.0, exposure[0]);
  });
}

test('the example configuration is accepted', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'waxseal-deploy-'));
  const file = path.join(folder, 'waxseal.conf');
  const example = readFileSync(path.join(top, 'deploy/waxseal.conf.example'), 'utf8');
  writeFileSync(file, example.replace(/^users = waxseal$/m, 'users = root')); // the user is made by the installation
  const r = spawnSync(path.join(top, process.env.BUILD ?? 'build', 'waxseal-fetch'), ['--config', file, '--check'], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.equal(r.status, 0, r.stderr);
  assert.match(example, /^users = waxseal$/m);
});

test('waxseald may reach the socket of waxseal-fetch, and nothing else of it', () => {
  const read = (name) => readFileSync(path.join(top, 'deploy', name), 'utf8');
  const socket = /^\[fetch\]\nsocket = (.*)$/m.exec(read('waxseal.conf.example'))[1];
  const fetch = read('systemd/waxseal-fetch.service');
  assert.equal(path.dirname(socket), `/run/${/^RuntimeDirectory=(.*)$/m.exec(fetch)[1]}`);
  const group = /^Group=(.*)$/m.exec(fetch)[1];
  assert.match(read('systemd/waxseal.sysusers'), new RegExp(`^m waxseal ${group}$`, 'm'));
  assert.match(read('systemd/waxseal.service'), new RegExp(`^SupplementaryGroups=.*\\b${group}$`, 'm'));
  // behind PrivateUsers every other user would look like "nobody" to SO_PEERCRED
  assert.doesNotMatch(fetch, /^PrivateUsers=/m);
  assert.match(fetch, /^InaccessiblePaths=.*-\/etc\/waxseal /m);
});

// The files an installation gets: units that are closed enough, an example configuration that is accepted.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';

const top = path.join(import.meta.dirname, '../..');
const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;

for (const unit of ['waxseal', 'waxseal-admin', 'waxseal-fetch', 'waxseal-keyd', 'waxseal-renew']) {
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

test('waxseald cannot reach the key agent; gateway and administration can, each at its socket', () => {
  const read = (name) => readFileSync(path.join(top, 'deploy', name), 'utf8');
  const example = read('waxseal.conf.example'), unit = read('systemd/waxseal-keyd.service'), users = read('systemd/waxseal.sysusers');
  const value = (key) => new RegExp(`^# ${key} = (.*)$`, 'm').exec(example)[1];
  const group = /^Group=(.*)$/m.exec(unit)[1];
  for (const socket of ['gate_socket', 'admin_socket']) assert.equal(path.dirname(value(socket)), `/run/${/^RuntimeDirectory=(.*)$/m.exec(unit)[1]}`);
  assert.match(unit, /^RuntimeDirectoryMode=0750$/m);
  assert.match(unit, new RegExp(`^LoadCredential=${value('master_keys')}:`, 'm'));
  const web = /^User=(.*)$/m.exec(read('systemd/waxseal.service'))[1];
  assert.doesNotMatch(users, new RegExp(`^m ${web} ${group}$`, 'm'));
  assert.doesNotMatch(read('systemd/waxseal.service'), new RegExp(`^SupplementaryGroups=.*${group}`, 'm'));
  for (const key of ['gate_users', 'admin_users']) {
    const first = value(key).split(' ')[0];
    assert.notEqual(first, web);
    assert.match(users, new RegExp(`^m ${first} ${group}$`, 'm'));
  }
  assert.ok(!value('admin_users').split(' ').includes(value('gate_users')));
  assert.doesNotMatch(unit, /^PrivateUsers=/m);
  assert.match(unit, /^PrivateNetwork=yes$/m);
});

test('the example of the key agent is accepted once it is switched on', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'waxseal-deploy-'));
  const file = path.join(folder, 'waxseal.conf');
  const example = readFileSync(path.join(top, 'deploy/waxseal.conf.example'), 'utf8').replace(/^# (?=\[keyd\]$|(gate|admin)_|master_keys = )/gm, '')
    .replace(/^(gate|admin)_users = .*$/gm, '$1_users = root'); // the users are made by the installation
  writeFileSync(file, example);
  writeFileSync(path.join(folder, 'master.keys'), '00112233445566778899aabbccddeeff102132435465768798a9babbdcedfe0f\n', { mode: 0o400 }); // a test key
  const r = spawnSync(path.join(top, process.env.BUILD ?? 'build', 'waxseal-keyd'), ['--config', file, '--check'], { encoding: 'utf8', env: { ...process.env, CREDENTIALS_DIRECTORY: folder } });
  rmSync(folder, { recursive: true });
  assert.equal(r.status, 0, r.stderr);
});

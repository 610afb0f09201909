// Whatever accent colour is chosen, what is derived from it can be read; and the page derives what the server serves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { accentTokens, contrast, readAccent } from '../src/admin/accent.ts';

const rgb = (s: string): number => readAccent(s)!;
const known = JSON.parse(readFileSync('tests/fixtures/accent.json', 'utf8')) as Record<string, string>;
/** A token of tokens.css, light or dark; only the surfaces and inks, which are plain colours. */
const sheet = readFileSync('static/css/tokens.css', 'utf8');
const token = (name: string, dark: boolean): number => rgb(new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(sheet)![dark ? 2 : 1]!);

test('the page derives what the server serves', () => {
  assert.ok(Object.keys(known).length >= 10);
  for (const [accent, css] of Object.entries(known)) assert.equal(`:root{${Object.entries(accentTokens(rgb(accent))).map(([k, [l, d]]) => `${k}:light-dark(${l},${d});`).join('')}}\n`, css, accent);
});

test('every colour becomes one that can be read: 4.5:1 as text, as focus, under white text, and what is above its tints', () => {
  const steps = [0, 36, 73, 109, 146, 182, 219, 255];
  for (const r of steps) for (const g of steps) for (const b of steps) {
    const tokens = accentTokens((r << 16) | (g << 8) | b);
    for (const dark of [false, true]) {
      const of = (name: string): number => rgb(tokens[name]![dark ? 1 : 0]);
      const holds = (over: number, under: number, what: string, least = 4.5): void => { const c = contrast(over, under); assert.ok(c >= least, `${r},${g},${b} ${dark ? 'dark' : 'light'} ${what}: ${c.toFixed(2)}`); };
      for (const name of ['--wax', '--wax-strong', '--focus']) {
        for (const s of ['paper', 'sheet', 'raise', 'sunk']) holds(of(name), token(s, dark), `${name} on ${s}`);
        for (const s of ['--wax-soft', '--selected', '--selected-hover']) holds(of(name), of(s), `${name} on ${s}`);
      }
      for (const name of ['--wax-fill', '--wax-fill-hover']) holds(0xffffff, of(name), `white on ${name}`);
      for (const ink of ['ink', 'ink-2', 'ink-3', 'good', 'warn', 'bad', 'info']) for (const s of ['--selected', '--selected-hover']) holds(token(ink, dark), of(s), `${ink} on ${s}`);
    }
  }
});

test('the colours of verdicts are nobody’s brand', () => {
  for (const name of Object.keys(accentTokens(0x00ff00))) assert.doesNotMatch(name, /good|warn|bad|neutral|info/);
});

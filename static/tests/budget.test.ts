// The client must not grow unnoticed: static/build/budget.json says what it may weigh (make client-budget).
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
// @ts-expect-error: a build script, without types
import { ADMIN_LOAD, adminLoad, over, weigh } from '../build/weigh.mjs';

type Sizes = Record<string, number>;
const budget = JSON.parse(readFileSync('static/build/budget.json', 'utf8')) as Sizes;

test('the scale: what grew by more than 2 % is named, what is new as well, a little is let pass', () => {
  const was: Sizes = { first: 70_000, 'app.js': 10_000, lazy: 60_000 };
  assert.deepEqual(over(was, was), []);
  assert.deepEqual(over({ ...was, 'app.js': 10_200, lazy: 60_150 }, was), []);
  assert.equal(over({ ...was, 'app.js': 10_201 }, was).length, 1);
  assert.equal(over({ ...was, first: 71_401 }, was).length, 1);
  assert.equal(over({ ...was, 'new.js': 10 }, was).length, 1);
  assert.equal(over({ first: 90_000 }, { first: 90_000 }).length, 1, 'no budget goes beyond the contract');
});

test('the built client is within its budget', { skip: existsSync('static/dist/manifest.json') ? false : 'static/dist is not built (make client)' }, () => {
  const now = weigh('static/dist') as Sizes;
  assert.ok((now.first ?? 0) > 40_000 && (now.lazy ?? 0) > 40_000, 'something was weighed');
  assert.deepEqual(over(now, budget), []);
  assert.ok(adminLoad('static/dist') > 20_000 && adminLoad('static/dist') <= ADMIN_LOAD, `the admin page's first picture: ${adminLoad('static/dist')} bytes`);
});

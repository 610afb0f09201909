// What a row of the list says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Folder, Role, Row } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { messageRow } from '../src/views/list/row.ts';

assert.deepEqual(useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')), []);
/** Every text in what a template is filled with. */
const words = (v: unknown): string[] => typeof v === 'string' ? [v] : Array.isArray(v) ? v.flatMap(words) : v !== null && typeof v === 'object' && 'values' in v ? words(v.values) : [];
const sealed: Row = { uid: 1, from: [{ name: 'Ana', address: 'ana@x.test' }], to: [], subject: 's', date: '2026-01-01T00:00:00Z', received: '', size: 1, flags: [], attachment: false, security: 'encrypted', message_id: null };
const said = (row: Row, role: Role): string[] => words(messageRow(row, { folder: { id: 'f', role } as Folder, snippet: null, smime: true, position: 0, top: 0, selected: false, active: false, open: false } as Parameters<typeof messageRow>[1]));

test('whom an encrypted draft is for is inside it; a mail that was sent has no recipient to show', () => {
  // The same row in both: what was made of it for one folder is not shown in the other.
  assert.ok(said(sealed, 'drafts').includes('Recipients encrypted'));
  assert.ok(said(sealed, 'sent').includes('No recipient'));
  assert.ok(!said(sealed, 'sent').includes('Recipients encrypted'));
  assert.ok(said({ ...sealed, security: null }, 'drafts').includes('No recipient'));
});

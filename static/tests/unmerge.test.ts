// Undo of what took several requests: whatever fails, and wherever, the next Undo completes it, and nothing comes twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Contact } from '../src/api/types.ts';
import { bringingBack } from '../src/views/contacts/several.ts';
import { unmerging } from '../src/views/contacts/unmerge.ts';

const contact = (id: string, o: Partial<Contact> = {}): Contact => ({ id, name: id, addresses: [{ address: `${id}@x.test`, label: '' }], phone: '', notes: `of ${id}`, photo: false, groups: [], version: 1, certificates: [], ...o });
const PHOTO = new Blob(['x'], { type: 'image/png' });

/** An address book as the server keeps it: versions, an address of one contact only. */
class Book {
  people = new Map<string, Contact>();
  groups = new Map<string, { id: string; name: string; members: string[]; version: number }>();
  photos = new Set<string>();
  /** Counts what changes something; the one with this number fails: unheard, or heard and its answer lost. */
  writes = 0;
  fails = 0;
  lost = false;
  #last = 0;

  #write(method: string, kind: string, id: string, part: string | undefined, j: Partial<Contact> & { members?: string[]; version?: number }): [number, object] {
    const no: [number, object] = [409, { code: 'conflict', message: '' }];
    if (kind === 'groups') {
      const g = this.groups.get(id);
      if (!g) return [404, { code: 'not_found', message: '' }];
      if (g.version !== j.version) return no;
      Object.assign(g, { members: j.members, version: g.version + 1 });
      for (const c of this.people.values()) c.groups = [...this.groups.values()].filter((x) => x.members.includes(c.id)).map((x) => x.id);
      return [200, g];
    }
    if (part === 'photo') {
      if (method === 'PUT') this.photos.add(id); else this.photos.delete(id);
      const c = this.people.get(id)!;
      Object.assign(c, { photo: method === 'PUT', version: c.version + 1 });
      return [200, c];
    }
    const now = this.people.get(id);
    if (id !== 'new' && j.version !== now?.version) return no;
    for (const c of this.people.values()) if (c.id !== id && c.addresses.some((a) => j.addresses!.some((b) => a.address === b.address))) return [422, { code: 'invalid', message: '', details: { field: 'addresses' } }];
    const next = { ...(now ?? contact(`n${++this.#last}`)), ...j, version: (now?.version ?? 0) + 1 } as Contact;
    this.people.set(next.id, next);
    return [200, next];
  }

  answer(url: string, method: string, body: unknown): [number, object] | null {
    const [, , , kind, id, part] = url.split('/');
    const j = (typeof body === 'string' ? JSON.parse(body) : {}) as Record<string, unknown>;
    if (id === 'search') {
      const found = [...this.people.values()].filter((c) => JSON.stringify(c).includes(String(j.text ?? '')));
      return [200, { total: found.length, contacts: found.map(({ notes: _, ...c }) => c) }];
    }
    if (method === 'GET') return [200, id ? this.people.get(id) ?? {} : { groups: [...this.groups.values()] }];
    const failing = ++this.writes === this.fails;
    if (failing && !this.lost) return null;
    const done = this.#write(method, kind!, id!, part, j);
    return failing ? null : done;
  }

  shown(): unknown[] {
    return [...this.people.values()].map((c) => [c.name, c.addresses.map((a) => a.address), c.notes, this.photos.has(c.id), [...this.groups.values()].filter((g) => g.members.includes(c.id)).map((g) => g.id)]).sort();
  }
}

async function world(book: Book, run: () => Promise<void>): Promise<void> {
  const real = globalThis.fetch;
  globalThis.fetch = ((url: string, init: RequestInit = {}) => {
    const a = book.answer(String(url), init.method ?? 'GET', init.body);
    return a ? Promise.resolve(new Response(JSON.stringify(a[1]), { status: a[0], headers: { 'Content-Type': 'application/json' } })) : Promise.reject(new TypeError('network'));
  }) as typeof fetch;
  try { await run(); } finally { globalThis.fetch = real; }
}

const lead = contact('lead');
const others = [contact('first', { photo: true, groups: ['g'] }), contact('second', { groups: ['gone', 'g'] })];
const APART = [['first', ['first@x.test'], 'of first', true, ['g']], ['lead', ['lead@x.test'], 'of lead', false, []], ['second', ['second@x.test'], 'of second', false, ['g']]];

function merged(): { book: Book; one: Contact } {
  const book = new Book();
  const one = contact('lead', { addresses: [lead, ...others].flatMap((c) => c.addresses), notes: 'of all', photo: true, groups: ['g'], version: 7 });
  book.people.set('lead', { ...one });
  book.photos.add('lead');
  book.groups.set('g', { id: 'g', name: 'G', members: ['lead'], version: 1 });
  return { book, one };
}

test('a merge is undone, whichever of its requests fails, heard or not', async () => {
  const whole = merged();
  await world(whole.book, unmerging([lead, ...others], whole.one, new Map([['first', PHOTO]])));
  assert.deepEqual(whole.book.shown(), APART);
  assert.ok(whole.book.writes > 6);
  for (const lost of [false, true]) for (let n = 1; n <= whole.book.writes; n++) {
    const { book, one } = merged();
    Object.assign(book, { fails: n, lost });
    const undo = unmerging([lead, ...others], one, new Map([['first', PHOTO]]));
    await world(book, async () => {
      await assert.rejects(undo(), `request ${n}`);
      await undo();
    });
    assert.deepEqual(book.shown(), APART, `request ${n}, its answer lost: ${lost}`);
  }
});

test('a contact that was changed meanwhile stays, and nobody is made', async () => {
  const { book, one } = merged();
  book.people.set('lead', { ...one, version: 8, notes: 'changed' });
  const undo = unmerging([lead, ...others], one, new Map());
  for (let i = 0; i < 2; i++) await world(book, () => assert.rejects(undo(), { code: 'conflict' }));
  assert.deepEqual([book.people.size, book.people.get('lead')!.notes], [1, 'changed']);
});

test('people who were removed come back, whichever request fails; one whose address is another\'s keeps nobody away', async () => {
  const all = others.map((whole) => ({ whole, photo: whole.photo ? PHOTO : null }));
  const empty = (): Book => {
    const book = new Book();
    book.groups.set('g', { id: 'g', name: 'G', members: [], version: 1 });
    return book;
  };
  const back = APART.filter((x) => x[0] !== 'lead');
  for (const lost of [false, true]) for (let n = 1; n <= 5; n++) {
    const book = empty();
    Object.assign(book, { fails: n, lost });
    const undo = bringingBack(all);
    await world(book, async () => {
      await undo().catch(() => undefined);
      await undo();
    });
    assert.deepEqual(book.shown(), back, `request ${n}, its answer lost: ${lost}`);
  }
  const book = empty();
  book.people.set('z', contact('z', { addresses: others[0]!.addresses }));
  const undo = bringingBack(all);
  await world(book, () => assert.rejects(undo(), { code: 'invalid' }));
  assert.deepEqual([...book.people.values()].map((c) => c.name).sort(), ['second', 'z']);
});

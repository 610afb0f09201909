// The rules of an organisation as they are, and the draft in which changes are gathered until they are published. A draft lives in
// this page only: what it holds is nobody's business before it counts.
import { of, post, ask } from '../api.ts';
import { computed, signal } from '../../core/signals.ts';
import { changesOf } from './differ.ts';
import type { RuleDocument, Warning } from './types.ts';

const CHECK_MS = 500;
const MOST_UNDO = 100;

export class Draft {
  readonly organisation: string;
  /** As the server had it when it was read. */
  readonly base = signal<RuleDocument | null>(null);
  readonly doc = signal<RuleDocument | null>(null);
  readonly failure = signal<unknown>(null);
  readonly warnings = signal<readonly Warning[]>([]);
  /** What the server says of the draft as a whole: a mistake at a place. */
  readonly mistake = signal<unknown>(null);
  readonly undone = signal<readonly RuleDocument[]>([]);
  readonly changes = computed(() => (this.base.value && this.doc.value ? changesOf(this.base.value, this.doc.value) : []));
  readonly dirty = computed(() => this.changes.value.length > 0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  constructor(organisation: string) { this.organisation = organisation; }

  /** Reads what is there. A draft with changes keeps what it began with: Publish finds out what others did meanwhile. */
  async load(): Promise<void> {
    try {
      const read = whole(await ask<RuleDocument>(of(this.organisation, 'rules')));
      this.failure.value = null;
      if (this.dirty.value) return;
      this.take(read, read);
    } catch (error) { if (!this.doc.value) this.failure.value = error; else throw error; }
  }
  take(base: RuleDocument, doc: RuleDocument): void {
    this.base.value = base;
    this.doc.value = doc;
    this.undone.value = [];
    void this.check();
  }

  edit(next: RuleDocument): void {
    const now = this.doc.value;
    if (!now || next === now) return;
    this.undone.value = [...this.undone.value.slice(1 - MOST_UNDO), now];
    this.doc.value = next;
    this.#later();
  }
  rules(change: (rules: RuleDocument['rules']) => RuleDocument['rules']): void { const d = this.doc.value; if (d) this.edit({ ...d, rules: change(d.rules) }); }
  undo(): void {
    const before = this.undone.value.at(-1);
    if (!before) return;
    this.undone.value = this.undone.value.slice(0, -1);
    this.doc.value = before;
    this.#later();
  }
  discard(): void { if (this.base.value) this.take(this.base.value, this.base.value); }

  #later(): void { clearTimeout(this.#timer); this.#timer = setTimeout(() => void this.check(), CHECK_MS); }
  /** What is wrong with it, with the accounts and certificates there are. */
  async check(): Promise<void> {
    clearTimeout(this.#timer);
    const round = ++this.#round;
    try {
      const answer = await post<{ warnings: Warning[] }>(of(this.organisation, 'rules/check'), this.dirty.value ? { document: this.doc.value } : {});
      if (round !== this.#round) return;
      this.warnings.value = answer.warnings;
      this.mistake.value = null;
    } catch (error) { if (round === this.#round) this.mistake.value = error; }
  }
  /** Makes it count. An ApiError with the conflict when somebody else was first. */
  async publish(): Promise<void> {
    const doc = this.doc.value!;
    const answer = await ask<{ version: number }>(of(this.organisation, 'rules'), { method: 'PUT', json: { ...doc, version: this.base.value!.version } });
    const now = { ...doc, version: answer.version };
    this.take(now, now);
  }
}
function whole(d: RuleDocument): RuleDocument { return { ...d, rules: d.rules ?? [], version: d.version ?? 0 }; }

const drafts = new Map<string, Draft>();
export function draftOf(organisation: string): Draft {
  let d = drafts.get(organisation);
  if (!d) drafts.set(organisation, d = new Draft(organisation));
  return d;
}
export async function readAnew(organisation: string): Promise<RuleDocument> { return whole(await ask<RuleDocument>(of(organisation, 'rules'))); }

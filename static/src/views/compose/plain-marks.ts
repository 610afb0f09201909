// Misspelt words in the field of plain text. A field cannot be marked inside: a copy of its text without colour lies
// behind it, and the copy carries the lines.
import { ownText } from '../../core/own-text.ts';
import { shift } from '../../editor/shift.ts';
import type { Mark } from '../../editor/shift.ts';
import type { Marked } from '../../store/spelling.ts';

export class PlainMarks implements Marked {
  #area: HTMLTextAreaElement;
  #back: HTMLElement;
  #marks: Mark[] = [];
  #rev = 0;
  #known = '';
  #ask: (id: number) => void;

  constructor(area: HTMLTextAreaElement, back: HTMLElement, ask: (id: number) => void) {
    this.#area = area;
    this.#back = back;
    this.#ask = ask;
    this.#known = area.value;
    area.addEventListener('input', this.#input);
    area.addEventListener('scroll', this.#scroll);
    area.addEventListener('contextmenu', this.#menu);
    area.addEventListener('click', this.#tap);
  }

  stop(): void {
    this.#area.removeEventListener('input', this.#input);
    this.#area.removeEventListener('scroll', this.#scroll);
    this.#area.removeEventListener('contextmenu', this.#menu);
    this.#area.removeEventListener('click', this.#tap);
    this.#back.replaceChildren();
  }

  #scroll = (): void => { this.#back.scrollTop = this.#area.scrollTop; };

  #input = (): void => {
    const now = this.#area.value;
    this.#marks = shift(this.#marks, this.#known, now);
    this.#known = now;
    this.#rev++;
    this.#paint();
  };

  #paint(): void {
    const text = this.#area.value;
    const parts: (string | HTMLElement)[] = [];
    let at = 0;
    for (const m of this.#marks.toSorted((a, b) => a.offset - b.offset)) {
      parts.push(text.slice(at, m.offset));
      const u = document.createElement('u');
      u.textContent = m.word;
      u.dataset.mark = String(m.id);
      parts.push(u);
      at = m.offset + m.word.length;
    }
    this.#back.replaceChildren(...(this.#marks.length ? [...parts, `${text.slice(at)}\n`] : []));
    this.#scroll();
  }

  #atCaret(): Mark | undefined {
    const at = this.#area.selectionStart;
    return this.#marks.find((m) => at >= m.offset && at <= m.offset + m.word.length);
  }
  #atPoint(x: number, y: number): Mark | undefined {
    const u = [...this.#back.querySelectorAll<HTMLElement>('u')].find((e) => [...e.getClientRects()].some((r) => x >= r.left && x <= r.right && y >= r.top && y <= r.bottom));
    return u && this.#marks.find((m) => String(m.id) === u.dataset.mark);
  }
  #menu = (e: MouseEvent): void => {
    const m = e.button === 2 ? this.#atPoint(e.clientX, e.clientY) : this.#atCaret();
    if (!m) return;
    e.preventDefault();
    this.#ask(m.id);
  };
  #tap = (e: MouseEvent): void => { if ((e as PointerEvent).pointerType === 'touch') { const m = this.#atPoint(e.clientX, e.clientY); if (m) this.#ask(m.id); } };

  read(): Promise<{ rev: number; text: string }> { return Promise.resolve({ rev: this.#rev, text: ownText(this.#area.value) }); }
  mark(rev: number, misses: readonly { id: number; offset: number; length: number }[]): void {
    if (rev !== this.#rev) return;
    this.#marks = misses.map((m) => ({ id: m.id, offset: m.offset, word: this.#area.value.slice(m.offset, m.offset + m.length) }));
    this.#paint();
  }
  remove(ids: readonly number[]): void {
    this.#marks = this.#marks.filter((m) => !ids.includes(m.id));
    this.#paint();
  }
  replace(id: number, word: string): void {
    const m = this.#marks.find((x) => x.id === id);
    if (!m) return;
    this.#area.focus();
    this.#area.setRangeText(word, m.offset, m.offset + m.word.length, 'end');
    this.#area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  place(id: number): Promise<DOMRect | null> { return Promise.resolve(this.#back.querySelector(`[data-mark="${id}"]`)?.getBoundingClientRect() ?? null); }
  focus(): void { this.#area.focus(); }
  ours(): void { /* The field's own attributes follow the composer (composer.ts). */ }
}

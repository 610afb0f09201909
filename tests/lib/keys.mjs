// A person who has only a keyboard. Every step is a key; after each one the focus is somewhere a person can see.
import assert from 'node:assert/strict';

export class Keys {
  /** Shortcuts pressed, as the "?" sheet writes them: "g i", "Ctrl K", "#". */
  used = new Set();

  constructor(person) { this.person = person; this.page = person.page; }

  /** No pointer may touch the page: clicks that keys cause have no detail. Call before the page is loaded. */
  static async guard(context) {
    await context.addInitScript(() => {
      // Chromium makes up moves in a page that just appeared or changed. They move nothing and are in the corner, where it
      // believes the pointer to be until there is one; the first real move in a page has no movement either, but a place.
      const made = (e) => e.type === 'mousemove' && !(e.movementX || e.movementY || e.clientX || e.clientY);
      const told = (e) => { if (e.isTrusted && (e.type !== 'click' || e.detail > 0) && !made(e)) void window.wxFault?.(`pointer: ${e.type} at ${e.clientX},${e.clientY}`); };
      for (const type of ['mousedown', 'mousemove', 'pointerdown', 'touchstart', 'wheel', 'click']) addEventListener(type, told, true);
    });
  }

  /** Where the focus is: {what, problem}. problem: lost, out of sight, or without a sign that it is there. */
  focus() {
    return this.page.evaluate(() => {
      const e = document.activeElement;
      const name = (x) => `${x.localName}${x.id ? `#${x.id}` : ''}${[...x.classList].map((c) => `.${c}`).join('')}`;
      if (!e || e === document.body || e === document.documentElement) return { what: 'body', problem: 'is lost' };
      const active = e.getAttribute('aria-activedescendant');
      const shown = (active && document.getElementById(active)) || e;
      const box = shown.getBoundingClientRect();
      if (box.width < 1 || box.height < 1) return { what: name(shown), problem: 'has no size' };
      const [x, y] = [Math.max(1, Math.min(innerWidth - 2, box.left + Math.min(box.width / 2, 200))), Math.max(1, Math.min(innerHeight - 2, box.top + Math.min(box.height / 2, 40)))];
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) return { what: name(shown), problem: 'is out of sight' };
      const there = document.elementFromPoint(x, y);
      if (!there || !(shown.contains(there) || there.contains(shown))) return { what: name(shown), problem: `is covered by ${there ? name(there) : 'nothing'}` };
      // Text fields, frames of text and a whole pane need no ring: the caret, or the cursor's row, says it.
      const ring = (x) => { const s = getComputedStyle(x); return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none' || (x !== e && s.backgroundColor !== 'rgba(0, 0, 0, 0)'); };
      const around = [shown, e, e.parentElement, e.closest('label, .search, .chooser-field, .chips, li')].filter(Boolean);
      if (e.localName !== 'iframe' && !around.some(ring)) return { what: name(shown), problem: 'cannot be seen' };
      return { what: name(e), problem: null };
    });
  }
  async held(after) {
    let last;
    // What opens or goes may take a moment to hand the focus on.
    for (let i = 0; i < 40; i++) {
      last = await this.focus();
      if (!last.problem) return last.what;
      await this.page.waitForTimeout(50);
    }
    assert.fail(`after ${after} the focus ${last.problem} (${last.what})`);
  }
  /** A shortcut, as the sheet writes it. */
  async press(shortcut, playwright = shortcut.split(' ')) {
    this.used.add(shortcut);
    for (const k of [playwright].flat()) await this.page.keyboard.press(k);
    return this.held(shortcut);
  }
  /** Keys that every program has (Tab, arrows, Enter, Escape): not in the sheet. */
  async key(...names) {
    for (const n of names) await this.page.keyboard.press(n);
    return this.held(names.join(' '));
  }
  async type(text) {
    await this.page.keyboard.type(text);
    return this.held(`typing ${text.slice(0, 20)}`);
  }
  /** Tab until the focus is on what the selector says. */
  async tabTo(selector, most = 60, back = false) {
    for (let i = 0; i < most; i++) {
      if (await this.page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
      await this.page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
      // Behind the last thing of a page comes the browser, then the page again.
      if (!(await this.page.evaluate(() => document.activeElement === document.body))) await this.held('Tab');
    }
    assert.fail(`Tab does not reach ${selector}`);
  }
  async isOn(selector) {
    await this.page.waitForFunction((s) => document.activeElement?.matches(s), selector).catch(async () => assert.fail(`the focus is on ${(await this.focus()).what}, not on ${selector}`));
  }
  /** Moves the cursor of the list until its row has this subject. */
  async rowTo(subject, most = 40) {
    const at = () => this.page.locator('.row.is-active .row-subject').innerText().catch(() => '');
    for (let i = 0; i < most; i++) {
      if ((await at()).includes(subject)) return;
      await this.press('j');
    }
    assert.fail(`the cursor does not come to ${subject}; it is on ${await at()}`);
  }
}

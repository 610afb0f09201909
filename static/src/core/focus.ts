// The focus is never lost: when what had it goes, or is no longer shown, it goes to the nearest thing around it that can
// take it, else to a place the app names. Without this every key would begin at the top of the page again.

let held: Element | null = null;
/** What was around it, nearest first: an element that has gone no longer knows. */
let around: Element[] = [];

/** What had the focus when a dialog was opened, and what was around that: there it goes back. */
const openers = new WeakMap<Element, readonly Element[]>();

export function rememberOpener(dialog: Element): void {
  const from = document.activeElement;
  if (from && from !== document.body) openers.set(dialog, [from, ...around]);
}

function able(e: Element): boolean { return e.isConnected && !e.matches(':disabled') && e.getClientRects().length > 0; }

function note(event: FocusEvent): void {
  held = event.target as Element;
  around = [];
  for (let e = held.parentElement; e; e = e.parentElement) if (e.hasAttribute('tabindex') || e.localName === 'dialog') around.push(e);
}

/** fallback: where the focus goes when nothing around it is left. */
export function keepFocus(fallback: () => HTMLElement | null): void {
  let looking = false;
  const look = (): void => {
    looking = false;
    const now = document.activeElement;
    if (!held || (now && now !== document.body) || document.querySelector('dialog[open]')) return;
    // Left, not lost: a press of the pointer beside everything, or a frame that let go before it goes.
    if (able(held)) return;
    const back = around.flatMap((e) => [e, ...(openers.get(e) ?? [])]);
    const to = back.find(able) as HTMLElement | undefined ?? fallback();
    held = null;
    to?.focus({ preventScroll: true });
  };
  // Browsers take the focus off what has gone with the next frame, and tell nobody. No look at the layout here: this
  // runs for each frame of a scroll.
  const soon = (): void => {
    if (looking || !held) return;
    looking = true;
    requestAnimationFrame(() => setTimeout(look));
  };
  document.addEventListener('focusin', note);
  new MutationObserver(soon).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['hidden', 'disabled', 'data-pane', 'class'] });
}

// Base of every element: light DOM (labels, aria ids and page CSS work as usual), rendered again when
// a signal read during render changes.
import { LitElement } from './lit.ts';
import { effect } from './signals.ts';

export abstract class WxElement extends LitElement {
  #stop: (() => void) | null = null;
  #cleanups: (() => void)[] = [];

  protected override createRenderRoot(): HTMLElement { return this; }

  protected override performUpdate(): void {
    if (!this.isUpdatePending) return;
    this.#stop?.();
    let first = true;
    this.#stop = effect(() => {
      if (first) {
        first = false;
        super.performUpdate();
      } else {
        this.requestUpdate();
      }
    });
  }

  /** Runs undo when the element leaves the document. */
  protected onLeave(undo: () => void): void { this.#cleanups.push(undo); }

  /** Listens until the element leaves the document. */
  protected listen<K extends keyof WindowEventMap>(
    target: EventTarget, type: K | string, handler: (event: never) => void, options?: AddEventListenerOptions,
  ): void {
    target.addEventListener(type, handler as EventListener, options);
    this.onLeave(() => target.removeEventListener(type, handler as EventListener, options));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#stop = null;
    for (const undo of this.#cleanups.splice(0)) undo();
  }
}

export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}

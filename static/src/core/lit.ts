// The one door to Lit, so that its parts end up in the shared chunk once.
import { noChange } from 'lit';
import { Directive, directive } from 'lit/directive.js';
import type { ElementPart, PartInfo } from 'lit/directive.js';

export { html, svg, nothing, LitElement } from 'lit';
export type { TemplateResult, PropertyValues } from 'lit';
export { repeat } from 'lit/directives/repeat.js';
export { classMap } from 'lit/directives/class-map.js';
export { live } from 'lit/directives/live.js';
export { ref, createRef } from 'lit/directives/ref.js';
export type { Ref } from 'lit/directives/ref.js';
export { ifDefined } from 'lit/directives/if-defined.js';

/** Sets style properties through the CSSOM. Lit's styleMap writes a style attribute on the first
 *  render, which style-src 'self' forbids. Use on the element: <div ${css({ height: '3px' })}>. */
class CssDirective extends Directive {
  #names = new Set<string>();
  constructor(info: PartInfo) { super(info); }
  render(_props: Record<string, string>): unknown { return noChange; }
  override update(part: ElementPart, [props]: [Record<string, string>]): unknown {
    const style = (part.element as HTMLElement).style;
    for (const name of this.#names) if (!(name in props)) style.removeProperty(name);
    for (const [name, value] of Object.entries(props)) {
      this.#names.add(name);
      if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
    }
    return noChange;
  }
}
export const css = directive(CssDirective);

// The face of somebody: the photograph, or initials where there is none or it cannot be shown.
import { photoUrl } from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';
import { foreign } from '../../core/foreign.ts';
import { initials, tintOf } from '../../core/format.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';

export const titleOf = (c: Pick<Contact, 'name' | 'addresses'>): string => foreign(c.name, 80) || foreign(c.addresses[0]?.address, 80);

export function face(c: Contact, large = false): TemplateResult {
  const who = { name: c.name, address: c.addresses[0]?.address ?? '' };
  const broken = (e: Event): void => { (e.target as HTMLElement).hidden = true; };
  return html`<span class="avatar face ${large ? 'is-large' : ''} tint-${tintOf(who)}" aria-hidden="true">${initials(who)}${c.photo ? html`<img class="face-photo" src=${photoUrl(c)} alt="" loading="lazy" decoding="async" @error=${broken}>` : nothing}</span>`;
}

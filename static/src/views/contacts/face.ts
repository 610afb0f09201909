// The face of somebody: the photograph, or initials where there is none or it cannot be shown.
import { photoUrl } from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';
import { commonName, foreign } from '../../core/foreign.ts';
import { initials, tintOf } from '../../core/format.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';

/** Whoever came with mail and was never named is called as the certificate says that is used: one that came with mail, that
 *  a trusted issuer vouches for, and whose name could not be taken for an address. */
export function certifiedName(c: Pick<Contact, 'name' | 'certificates'>): string {
  if (c.name || !c.certificates.length || !c.certificates.every((k) => k.source === 'harvested')) return '';
  const used = c.certificates.filter((k) => k.state === 'valid' && k.status === 'ready');
  const names = new Set(used.map((k) => commonName(k.subject)));
  const [name = ''] = names;
  return names.size === 1 && /\p{L}\s+\S*\p{L}/u.test(name) && !/[@\uff20\ufe6b<>/:\\]|\S\.\p{L}{2,}/u.test(name) ? name : '';
}
type Named = Pick<Contact, 'name' | 'addresses' | 'certificates'>;
export const titleOf = (c: Named): string => foreign(c.name, 80) || certifiedName(c) || foreign(c.addresses[0]?.address, 80);

export function face(c: Contact, large = false): TemplateResult {
  const who = { name: c.name || certifiedName(c), address: c.addresses[0]?.address ?? '' };
  const broken = (e: Event): void => { (e.target as HTMLElement).hidden = true; };
  return html`<span class="avatar face ${large ? 'is-large' : ''} tint-${tintOf(who)}" aria-hidden="true">${initials(who)}${c.photo ? html`<img class="face-photo" src=${photoUrl(c)} alt="" loading="lazy" decoding="async" @error=${broken}>` : nothing}</span>`;
}

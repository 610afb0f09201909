// The places of the page, in the order of the navigation. Each is a chunk of its own, loaded when it is gone to; it defines the element
// named here. A place that somebody may not see is not in the navigation.
import { session } from './state.ts';

export interface Place {
  id: string;
  icon: string;
  tag: string;
  load: () => Promise<unknown>;
  /** operator: over all organisations; own: everybody's own; else of an organisation. */
  of?: 'operator' | 'own';
  /** Titles of the navigation's groups are adm-nav-<group>. */
  group: 'daily' | 'rules' | 'who' | 'all';
}
export const PLACES: readonly Place[] = [
  { id: 'overview', icon: 'layout-dashboard', tag: 'wx-place-overview', load: () => import('./places/overview.ts'), group: 'daily' },
  { id: 'mailboxes', icon: 'mailbox', tag: 'wx-place-mailboxes', load: () => import('./places/mailboxes.ts'), group: 'daily' },
  { id: 'certificates', icon: 'badge-check', tag: 'wx-place-certificates', load: () => import('./places/certificates.ts'), group: 'daily' },
  { id: 'authority', icon: 'shield-check', tag: 'wx-place-authority', load: () => import('./places/authority.ts'), group: 'daily' },
  { id: 'licences', icon: 'ticket', tag: 'wx-place-licences', load: () => import('./places/licences.ts'), group: 'daily' },
  { id: 'mail', icon: 'mail', tag: 'wx-place-mail', load: () => import('./places/mail.ts'), group: 'daily' },
  { id: 'rules', icon: 'route', tag: 'wx-place-rules', load: () => import('./places/rules.ts'), group: 'rules' },
  { id: 'simulate', icon: 'flask-conical', tag: 'wx-place-simulate', load: () => import('./places/simulate.ts'), group: 'rules' },
  { id: 'people', icon: 'users', tag: 'wx-place-people', load: () => import('./places/people.ts'), group: 'who' },
  { id: 'audit', icon: 'scroll-text', tag: 'wx-place-audit', load: () => import('./places/audit.ts'), group: 'who' },
  { id: 'settings', icon: 'settings', tag: 'wx-place-settings', load: () => import('./places/settings.ts'), group: 'all' },
  { id: 'system', icon: 'server', tag: 'wx-place-system', load: () => import('./places/system.ts'), of: 'operator', group: 'all' },
  { id: 'account', icon: 'user-key', tag: 'wx-place-account', load: () => import('./places/account.ts'), of: 'own', group: 'all' },
];
export function placeOf(id: string): Place | null { return PLACES.find((p) => p.id === id) ?? null; }
export function maySee(p: Place): boolean { return p.of !== 'operator' || session.value?.operator === true; }

// All commands of the app. Labels are keys of static/i18n; the "?" sheet and the palette are drawn from here.
import * as mail from '../api/mail.ts';
import { register } from '../core/commands.ts';
import { back, go, route } from '../core/router.ts';
import * as actions from '../store/actions.ts';
import { byRole, folder, INBOX_ID, loadFolders } from '../store/folders.ts';
import * as list from '../store/list.ts';
import * as reader from '../store/reader.ts';
import * as chosen from '../store/selection.ts';
import { canUndo, undoLast } from '../store/undo.ts';
import { clearSearch } from '../store/search.ts';
import { overlay } from '../store/ui.ts';
import { leaveGuards, signOutHooks } from '../store/session.ts';
import { toast } from '../store/toasts.ts';
import { sentence } from '../api/client.ts';
import type { Folder } from '../api/types.ts';
import { may, mayTake } from '../store/rights.ts';
import { compose } from './compose.ts';

const inMail = (): boolean => route.value.page === 'mail';
const some = (): boolean => inMail() && actions.hasTargets();
/** In a folder of others only what they allow; a search in all folders finds mostly one's own, and the server refuses the rest. */
const here = (): Folder | undefined => (list.scattered() ? undefined : folder(actions.opening()));
const takeable = (): boolean => some() && mayTake(here());
const reading = (): boolean => route.value.page === 'mail' && route.value.uid !== null && reader.open.value?.message != null;
const together = (): boolean => reader.items.value.length > 1;
const conversation = (what: string) => (): void => { dispatchEvent(new CustomEvent('wx-conversation', { detail: what })); };
const toRole = (role: 'inbox' | 'sent' | 'drafts' | 'archive') => (): void => {
  const f = byRole(role);
  go({ page: 'mail', folder: f?.id ?? INBOX_ID, uid: null, search: false });
};

export async function signOut(): Promise<void> {
  for (const may of leaveGuards) if (!(await may())) return;
  await Promise.allSettled(signOutHooks.map((f) => f()));
  try {
    await mail.signOut();
  } catch (error) {
    toast(sentence(error), { kind: 'bad' });
    return;
  }
  reader.forgetAll();
  location.assign('/signin');
}

function leaveMessage(): void {
  const r = route.value;
  if (r.page === 'compose') return;
  if (r.page === 'settings') { back({ page: 'mail', folder: null, uid: null, search: false }); return; }
  if (r.page === 'contacts') { if (r.id) go({ page: 'contacts', id: null }, { replace: true }); else back({ page: 'mail', folder: null, uid: null, search: false }); return; }
  if (r.uid) { back({ ...r, uid: null }); return; }
  if (chosen.choosing.value) { chosen.clearSelection(); return; }
  if (r.search) clearSearch();
}

export function registerCommands(): void {
  register([
    { id: 'go.inbox', label: 'cmd-inbox', icon: 'inbox', keys: 'g i', group: 'go', run: toRole('inbox') },
    { id: 'go.sent', label: 'cmd-sent', icon: 'send', keys: 'g s', group: 'go', enabled: () => !!byRole('sent'), run: toRole('sent') },
    { id: 'go.drafts', label: 'cmd-drafts', icon: 'pen-line', keys: 'g d', group: 'go', enabled: () => !!byRole('drafts'), run: toRole('drafts') },
    { id: 'go.archive', label: 'cmd-archive-folder', icon: 'archive', keys: 'g a', group: 'go', enabled: () => !!byRole('archive'), run: toRole('archive') },
    { id: 'go.contacts', label: 'contacts', icon: 'users', keys: 'g c', group: 'go', run: () => { go({ page: 'contacts', id: null }); document.querySelector<HTMLElement>('.people')?.focus(); } },
    { id: 'go.search', label: 'cmd-search', icon: 'search', keys: '/|Shift+/', group: 'go', enabled: inMail, run: () => { const i = document.querySelector<HTMLInputElement>('#search'); i?.focus(); i?.select(); } },

    { id: 'list.next', label: 'cmd-next', icon: 'chevron-down', keys: 'j', group: 'list', hidden: true, repeats: true, enabled: inMail, run: () => actions.step(1) },
    { id: 'list.previous', label: 'cmd-previous', icon: 'chevron-up', keys: 'k', group: 'list', hidden: true, repeats: true, enabled: inMail, run: () => actions.step(-1) },
    { id: 'list.open', label: 'cmd-open', icon: 'mail-open', keys: 'o', group: 'list', hidden: true, enabled: () => inMail() && list.activeUid.value !== null, run: () => actions.openMessage(list.activeUid.value!) },
    { id: 'list.select', label: 'cmd-select', icon: 'square-check', keys: 'x', group: 'list', enabled: () => inMail() && list.activeUid.value !== null, run: () => chosen.toggle(list.activeUid.value!) },
    { id: 'list.extend-down', label: 'cmd-extend-down', keys: 'Shift+j', group: 'list', hidden: true, repeats: true, enabled: inMail, run: () => actions.step(1, true) },
    { id: 'list.extend-up', label: 'cmd-extend-up', keys: 'Shift+k', group: 'list', hidden: true, repeats: true, enabled: inMail, run: () => actions.step(-1, true) },
    { id: 'list.all', label: 'cmd-select-all', icon: 'list-checks', keys: '* a', group: 'list', enabled: () => inMail() && list.total.value > 0, run: () => chosen.selectEverything() },
    { id: 'list.clear', label: 'cmd-clear-selection', icon: 'x', keys: '* n', group: 'list', enabled: () => chosen.choosing.value, run: () => chosen.clearSelection() },
    { id: 'list.refresh', label: 'cmd-refresh', icon: 'refresh-cw', keys: 'Shift+r', group: 'list', enabled: inMail, run: async () => { await Promise.all([list.lookAgain(), loadFolders()]); } },

    { id: 'message.back', label: 'cmd-back', icon: 'arrow-left', keys: 'u|Escape', group: 'message', hidden: true, run: leaveMessage },
    { id: 'message.reply', label: 'cmd-reply', icon: 'reply', keys: 'r', group: 'message', enabled: reading, run: () => compose('reply') },
    { id: 'message.reply-all', label: 'cmd-reply-all', icon: 'reply-all', keys: 'a', group: 'message', enabled: reading, run: () => compose('reply-all') },
    { id: 'message.forward', label: 'cmd-forward', icon: 'forward', keys: 'f', group: 'message', enabled: reading, run: () => compose('forward') },
    { id: 'message.archive', label: 'cmd-archive', icon: 'archive', keys: 'e', group: 'message', enabled: () => takeable() && byRole('archive') !== undefined && folder(actions.opening())?.role !== 'archive', run: () => actions.archive() },
    { id: 'message.delete', label: 'cmd-delete', icon: 'trash', keys: '#|Shift+#', group: 'message', enabled: takeable, run: () => actions.remove() },
    { id: 'message.flag', label: 'cmd-flag', icon: 'star', keys: 's', group: 'message', enabled: () => some() && may(here(), 'w'), run: () => actions.toggleFlag() },
    { id: 'message.label', label: 'cmd-label', icon: 'tag', keys: 'l', group: 'message', enabled: () => some() && may(here(), 'w'), run: () => { overlay.value = 'label'; } },
    { id: 'message.copy', label: 'cmd-copy', icon: 'copy', group: 'message', enabled: some, run: () => { overlay.value = 'copy'; } },
    { id: 'message.unread', label: 'cmd-unread', icon: 'mail', keys: 'Shift+u', group: 'message', enabled: () => some() && may(here(), 's'), run: () => actions.toggleRead() },
    { id: 'message.move', label: 'cmd-move', icon: 'folder-input', keys: 'v', group: 'message', enabled: takeable, run: () => { overlay.value = 'move'; } },
    { id: 'message.junk', label: 'cmd-junk', icon: 'octagon-x', keys: '!|Shift+!', group: 'message', enabled: () => takeable() && byRole('junk') !== undefined, run: () => actions.junk() },
    { id: 'message.print', label: 'cmd-print', icon: 'printer', group: 'message', enabled: reading, run: () => { dispatchEvent(new Event('wx-print')); } },
    { id: 'message.headers', label: 'headers-show', icon: 'list', group: 'message', enabled: reading, run: () => { dispatchEvent(new Event('wx-headers')); } },
    { id: 'message.next', label: 'cmd-message-next', icon: 'chevron-down', keys: 'n', group: 'message', hidden: true, repeats: true, enabled: reading, run: conversation('next') },
    { id: 'message.previous', label: 'cmd-message-previous', icon: 'chevron-up', keys: 'p', group: 'message', hidden: true, repeats: true, enabled: reading, run: conversation('previous') },
    { id: 'message.unfold-all', label: 'cmd-unfold-all', icon: 'chevrons-up-down', keys: ';', group: 'message', enabled: together, run: conversation('unfold') },
    { id: 'message.fold-all', label: 'cmd-fold-all', icon: 'chevrons-down-up', keys: ':|Shift+:', group: 'message', enabled: together, run: conversation('fold') },
    { id: 'message.source', label: 'cmd-source', icon: 'code', group: 'message', enabled: reading, run: () => { dispatchEvent(new Event('wx-source')); } },

    { id: 'app.undo', label: 'undo', icon: 'undo-2', keys: 'z', group: 'message', enabled: () => canUndo.value, run: undoLast },

    { id: 'contacts.new', label: 'person-new', icon: 'user', group: 'compose', run: () => go({ page: 'contacts', id: 'new' }) },
    { id: 'compose.new', label: 'cmd-compose', icon: 'pen-line', keys: 'c', group: 'compose', run: () => compose('new') },

    { id: 'app.palette', label: 'cmd-palette', icon: 'command', keys: '$mod+k', group: 'app', run: () => { overlay.value = 'palette'; } },
    { id: 'app.shortcuts', label: 'cmd-shortcuts', icon: 'keyboard', keys: '?|Shift+?', group: 'app', run: () => { overlay.value = 'shortcuts'; } },
    { id: 'app.settings', label: 'settings', icon: 'settings', keys: 'g ,', group: 'app', run: () => go({ page: 'settings', section: 'general' }) },
    { id: 'app.signout', label: 'cmd-signout', icon: 'log-out', group: 'app', run: signOut },
  ]);
}

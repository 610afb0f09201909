// The session has ended behind the page's back, or the cookie is somebody else's by now: what was decrypted, the keys
// and all that was read leave the page before anybody is asked to sign in. Open composers stay, unseen.
import '../core/shared.ts';
import { route } from '../core/router.ts';
import { untracked } from '../core/signals.ts';
import { refOf } from './actions.ts';
import { loadFolders } from './folders.ts';
import * as list from './list.ts';
import * as reader from './reader.ts';
import { signOutHooks } from './session.ts';
import { forgetUndo } from './undo.ts';

/** Files on the whole screen and frames for printing stand outside the reader. */
const OUTSIDE = 'wx-preview, iframe.print-frame';

/** Done when the page is its owner's again: at once where the session lives, else after the sign-in. */
export function putAway(): Promise<void> {
  return under ??= put().finally(() => { under = null; });
}
let under: Promise<void> | null = null;

async function put(): Promise<void> {
  reader.forgetAll();
  list.forgetRows();
  forgetUndo();
  for (const e of document.querySelectorAll(OUTSIDE)) e.remove();
  await Promise.allSettled(signOutHooks.map((f) => f()));
  // Answered by a request to sign in again, and then goes on.
  await loadFolders();
  await list.reload();
  const r = untracked(() => route.value);
  const ref = r.page === 'mail' && r.uid ? refOf(r.uid) : null;
  if (ref) await reader.show(ref);
}

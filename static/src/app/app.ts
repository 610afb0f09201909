// Entry of the app page: session, texts, routes, keys, then the shell.
import '../core/shared.ts';
import * as mail from '../api/mail.ts';
import { ApiError, featuresNow, sessionExpired } from '../api/client.ts';
import { compose } from './compose.ts';
import { keepFocus } from '../core/focus.ts';
import { bindKeys } from '../core/keyboard.ts';
import { useDates } from '../core/format.ts';
import { LANGUAGES, language, loadLanguage, pickLanguage, t } from '../core/i18n.ts';
import { firstPictureStands, later } from '../core/later.ts';
import { effect, untracked } from '../core/signals.ts';
import { recalled } from '../core/place.ts';
import { isSealed } from '../core/security-mode.ts';
import { go, route, startRouter } from '../core/router.ts';
import { arrangementFor } from '../store/arrange.ts';
import { refOf } from '../store/actions.ts';
import { byRole, folder, folderName, INBOX_ID, loadFolders } from '../store/folders.ts';
import * as list from '../store/list.ts';
import * as reader from '../store/reader.ts';
import { followPlace, forgetSearch, query, startLinked } from '../store/search.ts';
import { readBoot, settings, signOutHooks, smimeOn, takeFeatures, useSession, product } from '../store/session.ts';
import { applyLook } from '../store/theme.ts';
import { followUnsent, isLeaving } from '../store/unsent.ts';
import { titleSubject } from '../core/title.ts';
import { confirming, overlay, watchWidth } from '../store/ui.ts';
import { startShell } from '../views/shell/app.ts';
import { startTooltips } from '../views/parts/tooltip.ts';
import { loadSmime } from '../views/parts/smime.ts';
import { registerCommands } from './commands.ts';

const REFRESH_MS = 45_000;
const KEYRING_MS = 1500;
const LIVE_MS = 700;
const UNSENT_MS = 2000;
const WRITING_MS = 2400;

function followRoute(): void {
  effect(() => {
    const r = route.value;
    const q = query.value;
    if (r.page !== 'mail') return;
    const id = r.folder ?? INBOX_ID;
    const view = arrangementFor(id);
    untracked(() => {
      // A search lives in memory only: after a reload the folder is shown instead.
      if (r.search && !q) {
        if (!startLinked()) go({ page: 'mail', folder: r.folder, uid: r.all ? null : r.uid, search: false }, { replace: true });
        return;
      }
      followPlace(id, r.search);
      void list.show({ folder: id, query: r.search ? q : null, view: r.search ? undefined : view }, recalled());
    });
  });
  effect(() => {
    const r = route.value;
    const validity = list.uidvalidity.value;
    const s = list.source.value;
    if (r.page !== 'mail' || !r.uid) { untracked(() => reader.close()); return; }
    const uid = r.uid;
    if (!validity || s?.folder !== (r.folder ?? INBOX_ID)) return;
    untracked(() => {
      list.activeUid.value = uid;
      const ref = refOf(uid);
      if (ref) void reader.show(ref, list.rowOf(uid)?.thread?.count);
      // A link from outside: the list goes there too.
      void list.locate(uid);
    });
  });
  // Opening fetches the next one ahead (what is read is told by views/reader/seen.ts).
  effect(() => {
    const o = reader.open.value;
    if (!o?.message) return;
    untracked(() => {
      if (o.message!.uid !== o.ref.uid) return;
      const number = list.numberOf(o.ref);
      // A draft is for writing: the composer opens as soon as its text is here (an encrypted one after the unlock). One that
      // is about to be sent is shown, and taken back by the person only.
      if (folder(o.ref.folder)?.role === 'drafts' && !isSealed(o.message!) && !isLeaving(o.ref.folder, o.ref.uid)) {
        const r = route.value;
        void compose('draft').then(() => { if (r.page === 'mail' && r === route.value) go({ ...r, uid: null }, { replace: true }); });
        return;
      }
      const next = list.rowAt(list.positionOf(number) + 1);
      const ref = next ? refOf(next.uid) : null;
      if (ref && !reader.isCached(ref)) setTimeout(() => reader.prefetch(ref), 120);
    });
  });
}

function followTitle(): void {
  effect(() => {
    void language.value;
    const r = route.value;
    if (r.page === 'compose') return; // its own part says what it is called
    const f = folder(r.page === 'mail' ? (r.folder ?? INBOX_ID) : null) ?? byRole('inbox');
    const where = r.page === 'settings' ? t('settings') : r.page === 'contacts' ? t('contacts') : folderName(f);
    const subject = r.page === 'mail' && r.uid ? titleSubject(reader.open.value) : '';
    const unread = f && f.role === 'inbox' && f.unread ? `(${f.unread}) ` : '';
    document.title = `${unread}${subject ? `${subject} – ` : ''}${where ? `${where} – ` : ''}${product.value}`;
  });
}

function followLook(): void {
  effect(() => { void settings.value; applyLook(); });
  effect(() => { void language.value; useDates(settings.value.ui.language, settings.value.time_zone, navigator.languages); });
  effect(() => {
    const lang = pickLanguage(settings.value.ui.language, navigator.languages);
    untracked(() => { if (lang !== language.value) loadLanguage(lang).catch(() => undefined); });
  });
}

/** S/MIME comes and goes with the plan: keys are locked, and what is on the screen is asked for again. */
function followPlan(): void {
  effect(() => {
    const words = featuresNow.value;
    untracked(() => {
      if (!takeFeatures(words)) return;
      // The keyring has its turn when the list stands; whatever needs it earlier loads it earlier.
  if (smimeOn.value) setTimeout(() => void loadSmime('chip'), KEYRING_MS);
      else void Promise.allSettled(signOutHooks.map((f) => f()));
      const ref = reader.open.value?.ref;
      reader.forgetAll();
      if (ref) void reader.show(ref);
    });
  });
}

function followFirstPicture(): void {
  effect(() => {
    void list.version.value;
    const empty = list.uidvalidity.value !== 0 && list.total.value === 0 && !list.loading.value;
    if (route.value.page !== 'mail' || list.failure.value !== null || empty || list.rowAt(0)) requestAnimationFrame(() => setTimeout(firstPictureStands));
  });
  setTimeout(firstPictureStands, 15_000);
}

/** Where the part that listens cannot be loaded (a new release took it away), the page still looks now and then. */
function lookNowAndThen(): void {
  const again = (): void => {
    if (document.visibilityState !== 'visible' || sessionExpired.value) return;
    void list.refresh();
    void loadFolders();
  };
  setInterval(again, REFRESH_MS);
  document.addEventListener('visibilitychange', again);
  addEventListener('online', again);
}

async function start(): Promise<void> {
  let boot = readBoot();
  const lang = pickLanguage(boot?.settings?.ui?.language || document.documentElement.lang, navigator.languages);
  const texts = loadLanguage(lang in LANGUAGES ? lang : 'en');
  if (!boot) {
    try {
      boot = await mail.getSession();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) { location.assign('/signin'); return; }
      throw error;
    }
  }
  useSession(boot);
  startRouter();
  watchWidth();
  registerCommands();
  signOutHooks.push(async () => forgetSearch());
  followRoute();
  const foldersLoaded = loadFolders();
  await texts;
  applyLook();
  startShell();
  followLook();
  followTitle();
  if (route.value.page === 'compose') void import('../views/compose/arrive.ts').then((m) => m.arrive(), () => go({ page: 'mail', folder: null, uid: null, search: false }, { replace: true }));
  followPlan();
  startTooltips();
  keepFocus(() => ['.grid', '.people', '.reader-scroll', '#main'].map((s) => document.querySelector<HTMLElement>(s)).find((e) => e && e.getClientRects().length > 0) ?? null);
  bindKeys(() => settings.value.shortcuts, () => overlay.value !== null || confirming.value !== null || sessionExpired.value || route.value.page === 'compose' || document.querySelector('dialog[open], .menu:popover-open, .sender-card:popover-open') !== null);
  // The keyring has its turn when the list stands; whatever needs it earlier loads it earlier.
  later(KEYRING_MS, () => { if (smimeOn.value) void loadSmime('chip'); });
  followFirstPicture();
  later(UNSENT_MS, followUnsent);
  // Writing begins at once then; not where the person pays for every byte, or nothing but one composer is shown.
  if (route.value.page !== 'compose' && (navigator as { connection?: { saveData?: boolean } }).connection?.saveData !== true) later(WRITING_MS, () => void import('../views/compose/open.ts').then((m) => m.keepReady(), () => undefined));
  await foldersLoaded;
  // After the list stands: what came until then is told with the first connection.
  later(LIVE_MS, () => void import('../store/live.ts').then((m) => m.startLive(), lookNowAndThen));
}

start().catch((error: unknown) => {
  const box = document.querySelector('.boot');
  if (box) { box.classList.add('is-bad'); box.textContent = error instanceof Error ? error.message : String(error); }
});

// Live updates: one event stream a browser, held by one of its tabs and passed on to the others; what changed is then
// asked for exactly (list.catchUp). Without a stream every tab that is looked at asks now and then.
import '../core/shared.ts';
import { ApiError, featuresNow, rulesNow, sessionExpired, trustHooks } from '../api/client.ts';
import { readEvents } from '../api/events.ts';
import { Leader } from '../core/leader.ts';
import type { Locks } from '../core/leader.ts';
import { effect, untracked } from '../core/signals.ts';
import { backoff } from '../core/sse.ts';
import type { ServerEvent } from '../core/sse.ts';
import { adjust, folder, INBOX_ID, loadFolders, setCounts } from './folders.ts';
import * as list from './list.ts';
import { ownHooks } from './own.ts';
import type { Own } from './own.ts';
import * as reader from './reader.ts';
import { putAway } from './away.ts';
import { unchoose } from './selection.ts';
import { reloadSettings, session, settings, settingsHooks } from './session.ts';
import { link } from './ui.ts';
import type { Link } from './ui.ts';

const POLL_MS = 45_000;
const TICK_MS = 10_000;
/** The INBOX is told of at once by every mail server, other folders by some and not always: the open one is asked for. */
const OPEN_MS = 20_000;
/** The server says something at least every 25 seconds. */
const SILENT_MS = 60_000;
const STALE_MS = 40_000;
/** A server that refuses a stream is asked again after that. */
const REFUSED_MS = 300_000;
/** How long other tabs have to say that somebody looks at them. */
const LOOK_MS = 250;

interface FolderNews { id: string; uidvalidity: number; uidnext: number; total: number; unread: number; modseq: number }
interface Inbox { uidvalidity: number; uidnext: number }
type Say =
  | { say: 'event'; event: ServerEvent } | { say: 'beat' } | { say: 'link'; link: Link } | { say: 'own'; own: Own } | { say: 'trust' } | { say: 'settings' }
  | { say: 'join' } | { say: 'who'; id: string } | { say: 'me'; id: string } | { say: 'inbox'; inbox: Inbox };

let channel: BroadcastChannel | null = null;
let leader: Leader;
let stream: AbortController | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let heardAt = 0;
let behind = false;
/** Up to where mail in the inbox has been told of; every tab knows it, since any may lead next. */
let inbox: Inbox | null = null;

const visible = (): boolean => document.visibilityState === 'visible';
const tell = (m: Say): void => { channel?.postMessage(m); };

// ---- bringing up to date ----

let running: Promise<void> | null = null;
let again = false;

async function freshenOnce(): Promise<void> {
  const s = untracked(() => list.source.value);
  const validity = untracked(() => list.uidvalidity.value);
  const changed = await list.catchUp();
  if (s && s === list.source.value) for (const c of changed) reader.patchCached({ folder: s.folder, uid: c.uid, uidvalidity: validity }, c.flags);
}

/** The list of the open folder; a tab nobody looks at does it when somebody does. */
function freshen(): void {
  if (!visible()) { behind = true; return; }
  if (running) { again = true; return; }
  behind = false;
  running = freshenOnce().finally(() => {
    running = null;
    if (again) { again = false; freshen(); }
  });
}

let soon: ReturnType<typeof setTimeout> | undefined;
/** Folders and list; several reasons at once make one look. */
function everything(): void {
  clearTimeout(soon);
  soon = setTimeout(() => {
    // Mail that came while nobody listened (asleep, another tab led) is told of, too.
    void loadFolders().then(() => { const now = inboxNow(); if (now) void onInbox(now); });
    freshen();
  }, 30);
}

// ---- events ----

async function onFolder(n: FolderNews): Promise<void> {
  // Numbers from before our own action is done would take back what is shown already.
  await list.settled();
  if (!folder(n.id)) { void loadFolders(); return; }
  setCounts(n.id, n.total, n.unread);
  if (list.source.value?.folder === n.id) freshen();
  if (n.id === INBOX_ID) await onInbox(n);
}

function onEvent(e: ServerEvent): void {
  const data = JSON.parse(e.data) as Record<string, unknown>;
  if (e.name === 'hello') onHello(data.account);
  if (e.name === 'folder') void onFolder(data as unknown as FolderNews);
  if (e.name === 'folders') void loadFolders();
  if (e.name === 'features') featuresNow.value = data.smime === true ? 'smime' : 'none';
  if (e.name === 'rules') rulesNow.value++;
  if (e.name === 'waiting') void lookAtWaiting(true);
  if (e.name === 'signout') void putAway();
}

/** Drafts that wait for certificates: their part is loaded where there are any. */
async function lookAtWaiting(always: boolean): Promise<void> {
  if (!always && session.value?.waiting !== true) return;
  const { look } = await import('./waiting.ts');
  await look(always);
}

function onHello(account: unknown): void {
  // The cookie belongs to somebody who signed in since, in another tab: nothing of theirs is for this page.
  if (account !== session.value?.user.address) { leader.stop(); void putAway().then(() => leader.start()); return; }
  everything();
  void lookAtWaiting(false);
}

// ---- desktop notifications ----

const wantsNotes = (): boolean => settings.value.notifications.desktop && typeof Notification === 'function' && Notification.permission === 'granted';

const inboxNow = (): Inbox | null => { const f = folder(INBOX_ID); return f?.uidnext && f.uidvalidity ? { uidvalidity: f.uidvalidity, uidnext: f.uidnext } : null; };
function setInbox(next: Inbox): void { inbox = next; if (leader.leading) tell({ say: 'inbox', inbox: next }); }

const looking = new Map<string, () => void>();
/** Does somebody look at a tab of ours? Then the screen tells already. */
function somebodyLooks(): Promise<boolean> {
  if (visible() && document.hasFocus()) return Promise.resolve(true);
  if (!channel) return Promise.resolve(false);
  const id = crypto.randomUUID();
  return new Promise((done) => {
    const end = (yes: boolean): void => { looking.delete(id); done(yes); };
    looking.set(id, () => end(true));
    setTimeout(() => end(false), LOOK_MS);
    tell({ say: 'who', id });
  });
}

async function onInbox(n: Inbox): Promise<void> {
  if (!leader.leading) return;
  const before = inbox;
  if (before?.uidvalidity === n.uidvalidity && n.uidnext <= before.uidnext) return;
  setInbox({ uidvalidity: n.uidvalidity, uidnext: n.uidnext });
  if (!before || before.uidvalidity !== n.uidvalidity || !wantsNotes()) return;
  if (await somebodyLooks()) return;
  const { notify } = await import('./notify.ts');
  await notify(before.uidnext, n.uidnext);
}

// ---- the stream ----

function setLink(next: Link): void {
  if (link.value === next) return;
  link.value = next;
  if (leader.leading) tell({ say: 'link', link: next });
}

function disconnect(): void {
  clearTimeout(retry);
  stream?.abort();
  stream = null;
}

function later(ms: number): void {
  clearTimeout(retry);
  retry = setTimeout(connect, ms);
}

function failed(error: unknown): void {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 401) { setLink('lost'); void loadFolders(); return; } // asks for the sign-in; that connects again
  if (status === 429) { setLink('polling'); later(REFUSED_MS * (0.5 + Math.random())); return; }
  // A worker that is replaced ends its streams; that is no trouble worth a word.
  if (!navigator.onLine) setLink('offline'); else if (failures > 0 || link.value === 'starting') setLink('lost');
  later(backoff(failures++));
}

function connect(): void {
  disconnect();
  if (!leader.leading || sessionExpired.value) return;
  const mine = new AbortController();
  stream = mine;
  heardAt = Date.now();
  const alive = (): void => { heardAt = Date.now(); tell({ say: 'beat' }); };
  const on = (e: ServerEvent): void => {
    tell({ say: 'event', event: e });
    onEvent(e);
    if (e.name === 'hello') { failures = 0; setLink('live'); }
  };
  const over = (error: unknown): void => { if (stream === mine) { stream = null; failed(error); } };
  readEvents(on, alive, mine.signal).then(() => over(null), over);
}

// ---- other tabs ----

export function showOwn(o: Own): void {
  adjust(o.folder, { unread: o.unread, total: o.total });
  if (o.refused) { list.distrust(o.folder); return; }
  if (list.source.value?.folder !== o.folder || list.uidvalidity.value !== o.uidvalidity) return;
  const uids = new Set(o.uids);
  if (o.add || o.remove) { list.patchFlags(uids, o.add ?? [], o.remove ?? []); return; }
  list.takeOut(new Set(o.uids.filter((u) => list.rowOf(u))));
  unchoose(uids);
}

function hear(m: Say): void {
  if (m.say === 'who' && visible() && document.hasFocus()) tell({ say: 'me', id: m.id });
  if (m.say === 'me') looking.get(m.id)?.();
  if (m.say === 'own') showOwn(m.own);
  if (m.say === 'trust') reader.forgetVerdicts();
  if (m.say === 'settings') reloadSettings().catch(() => undefined); // what a change needs is asked for again then
  if (m.say === 'join' && leader.leading) {
    tell({ say: 'link', link: link.value });
    if (inbox) tell({ say: 'inbox', inbox });
  }
  if (leader.leading || m.say === 'join' || m.say === 'who' || m.say === 'me' || m.say === 'own' || m.say === 'trust' || m.say === 'settings') return;
  leader.heard();
  if (m.say === 'inbox') inbox = m.inbox;
  if (m.say === 'event') onEvent(m.event);
  // Another tab may have changed them between this page's coming and its listening.
  if (m.say === 'link' && link.value === 'starting') reloadSettings().catch(() => undefined);
  if (m.say === 'link' && m.link !== link.value) {
    // What came before we listened, or while nobody did.
    if (m.link === 'live') everything();
    setLink(m.link);
  }
}

// ---- time, sleep, network ----

function tick(): void {
  if (leader.leading) {
    tell({ say: 'beat' });
    // Asleep meanwhile, or a connection that died without a word.
    if (stream && Date.now() - heardAt > SILENT_MS) connect();
  } else if (visible()) leader.check();
}

function lookAtOpen(): void {
  const s = list.source.value;
  if (visible() && !sessionExpired.value && link.value === 'live' && s && !s.query && s.folder !== INBOX_ID) freshen();
}

function seen(): void {
  if (!visible() || sessionExpired.value) return;
  if (leader.leading && link.value !== 'live') { failures = 0; connect(); }
  leader.check();
  if (behind || link.value !== 'live') everything();
}

export function startLive(): void {
  const who = session.value;
  const name = `waxseal-live ${who?.instance ?? ''} ${who?.user.address ?? ''}`;
  if (typeof BroadcastChannel === 'function') {
    channel = new BroadcastChannel(name);
    channel.addEventListener('message', (e: MessageEvent<Say>) => hear(e.data));
  }
  inbox = inboxNow();
  const locks = (navigator as { locks?: Locks }).locks ?? null;
  leader = new Leader({ name, locks: channel ? locks : null, now: Date.now, stale: STALE_MS, lead: connect, lose: disconnect });
  settingsHooks.push(() => tell({ say: 'settings' }));
  ownHooks.push((own) => tell({ say: 'own', own }));
  trustHooks.push(() => tell({ say: 'trust' }));
  setInterval(tick, TICK_MS);
  setInterval(lookAtOpen, OPEN_MS);
  setInterval(() => { if (visible() && link.value !== 'live' && !sessionExpired.value) everything(); }, POLL_MS);
  document.addEventListener('visibilitychange', seen);
  addEventListener('focus', seen);
  addEventListener('online', () => { failures = 0; if (leader.leading) connect(); everything(); });
  addEventListener('offline', () => setLink('offline'));
  // Frozen or kept for going back, a tab holds nothing; it stands in line again when it is woken.
  document.addEventListener('freeze', () => leader.stop());
  document.addEventListener('resume', () => { leader.start(); everything(); });
  addEventListener('pagehide', () => leader.stop());
  addEventListener('pageshow', (e) => { if (e.persisted) { leader.start(); everything(); } });
  // Any request may learn of the end before the stream tells it.
  effect(() => { if (sessionExpired.value) { disconnect(); untracked(() => void putAway().catch(() => undefined)); } else if (untracked(() => leader.leading && !stream)) connect(); });
  leader.start();
  tell({ say: 'join' });
}

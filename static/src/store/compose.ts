// One composer: what is being written. Lives apart from its element, so that a redraw never loses a word.
import * as api from '../api/compose.ts';
import { ApiError, sentence } from '../api/client.ts';
import type { Address, ComposeBody, DraftSaved, Identity, MessageRef, RecipientInfo, SecurityMode, Sent } from '../api/types.ts';
import { foldAddress, isAddress } from '../core/address.ts';
import { apart } from '../core/faulty.ts';
import type { EditorState } from '../editor/protocol.ts';
import type { Fields } from '../core/recipients.ts';
import { personKey } from '../core/recipients.ts';
import { swapSignature } from '../core/signature.ts';
import { t } from '../core/i18n.ts';
import { canReceive, encrypts, followMode, mayEncrypt, modeOf, signs, startMode } from '../core/security-mode.ts';
import { batch, computed, signal } from '../core/signals.ts';
import { NO_WISHES } from '../core/wishes.ts';
import type { Wishes } from '../core/wishes.ts';
import { fileName, lostFile, refusal } from './attach.ts';
import { hasKeys, identity, settings, smimeOn } from './session.ts';
import type { OfferedFiles } from './handover.ts';
import { Recipients } from './compose-lookup.ts';
import { Rules, withLocked } from './demands.ts';
import { toast } from './toasts.ts';

export interface FileItem { id: number; file: Blob; name: string; type: string; size: number; cid: string | null }
export interface Body { html: string; text: string; images: { cid: string; type: string; bytes: ArrayBuffer }[]; empty: boolean }
export type SaveState = 'clean' | 'dirty' | 'saving' | 'saved' | 'failed' | 'impossible';
export type SendState = 'editing' | 'sending' | 'partly' | 'failed' | 'unknown';

export interface Start {
  to?: Address[]; cc?: Address[]; bcc?: Address[]; subject?: string; html?: string; text?: string; quote?: string; intro?: string;
  /** opaque: as the draft said. auto: the mode follows the recipients until the person chooses. */
  mode: SecurityMode; auto?: boolean; opaque?: boolean; toEncrypted?: boolean; in_reply_to?: string | null; references?: string | null;
  original?: { ref: MessageRef; flag: '\\Answered' | '$Forwarded' } | null; replaces?: MessageRef | null; plain?: boolean; signature?: string; submission?: string; hideSubject?: boolean;
  /** Where answers shall go, when it is not where the identity says. */
  replyTo?: Address[];
  /** A picture that the text shows by its cid; null: there is none that could be shown. Throws where it could not be fetched. */
  picture?: (cid: string) => Promise<Blob | null>;
  /** Where the draft stands that was opened, and which a save takes the place of. */
  draft?: DraftSaved;
  /** Files of the mail that is answered, fetched when the person wants them. */
  offered?: { names: string[]; fetch: () => Promise<File[]>; from: OfferedFiles };
  /** The copy of an encrypted message that goes signed only, to those who cannot be encrypted to: kept encrypted all the same, and nothing is remembered of how it was sent. */
  apart?: boolean;
  /** It answers a request for a certificate. */
  answersRequest?: boolean;
  /** Whom it is written as; absent: the default identity. */
  identity?: Identity;
  /** As the draft said. */
  wishes?: Wishes;
}

/** A file or picture that is on its way into what is written. without: it is given up. */
export interface Awaited { fetch: () => Promise<void>; without: () => void }

/** What only a composer itself knows of how it stands. */
export interface Inner { edits: number; wrote: boolean; typed: boolean; unsure: boolean; saved: boolean; writer: string; turns: number; was: string; chosen: boolean; before: SecurityMode | null }

const personsOf = (list: readonly Address[]): string => list.map(personKey).join(' ');

let serial = 0;
const AUTOSAVE_MS = 4000;
const AUTOSAVE_BIG_MS = 45_000;
const BIG = 2_000_000;
/** For the editor to have the text; it may be that the frame never comes. */
const EDITOR_MS = 20_000;
const LOOK_MS = 50;
/** For a save under way, before the message goes to another window. */
const REST_MS = 6000;

export class Composer {
  /** Made once per composer; a draft of ours that is opened again keeps its own, so that it is replaced in place. */
  submission: string;
  /** Of this window, whatever becomes of the message. */
  readonly key = crypto.randomUUID();
  readonly start: Start;
  readonly to = signal<Address[]>([]);
  readonly cc = signal<Address[]>([]);
  readonly bcc = signal<Address[]>([]);
  readonly subject = signal('');
  readonly files = signal<FileItem[]>([]);
  readonly identity = signal<Identity>(identity.value);
  readonly mode = signal<SecurityMode>('none');
  /** The mode follows the recipients; ends with the first choice for this message. */
  readonly auto = signal(false);
  /** Wanted for this message; has effect where the mode encrypts (RFC 9788: servers see "[...]"). */
  readonly hideSubject = signal(false);
  readonly rich = signal(true);
  readonly minimized = signal(false);
  /** Finished, out of sight, and waiting to be sent (store/held.ts). */
  readonly held = signal(false);
  readonly full = signal(false);
  /** On its way to a window of its own, or just arrived there: nothing is written or saved (store/handover.ts). */
  readonly moving = signal(false);
  readonly tab = signal<'message' | 'security'>('message');
  readonly showCc = signal(false);
  /** Where answers shall go; null: as the identity says. */
  readonly replyTo = signal<Address[] | null>(null);
  readonly saveState = signal<SaveState>('clean');
  /** Files and pictures of it that are not here yet, or could not be fetched: until then nothing of it is kept or sent. */
  readonly loading = signal<'no' | 'busy' | 'failed'>('no');
  #awaited = new Set<Awaited>();
  #fetching = 0;
  /** Counts every change. */
  readonly touches = signal(0);
  readonly sendState = signal<SendState>('editing');
  readonly outcome = signal<Sent | null>(null);
  readonly problem = signal('');
  /** Why what was brought is not attached; stays until the person has seen it, or brings or removes something else. */
  readonly refused = signal('');
  /** The large request that is on its way, in bytes; null: none, or a small one. */
  readonly sending = signal<{ sent: number; total: number } | null>(null);
  /** An upload failed or was ended by the person; everything that is needed to repeat it is held here. */
  readonly stopped = signal(false);
  readonly bringing = signal(false);
  readonly broughtAlong = signal(false);
  readonly cannot = signal(false);
  /** An answer to an encrypted mail was taken out of encryption: it is to be looked through before it goes. */
  readonly cleared = signal(false);
  /** The text goes inside its signature, where the mode signs. */
  readonly opaque = signal(false);
  /** Priority, receipt, delivery reports: of this message only. */
  readonly wishes = signal<Wishes>(NO_WISHES);
  /** Chosen for this message to sign with, by fingerprint; null: what the vault takes by itself. */
  readonly signer = signal<string | null>(null);
  /** Counts what Auto changed by itself, to be announced. */
  readonly said = signal(0);
  #recipients = new Recipients({
    everyone: () => this.everyone, follows: () => this.auto.value, closed: () => this.closed,
    follow: (forThem) => this.#follow(forThem), came: () => this.#raise(this.#wished(this.mode.value)),
  });
  readonly info = this.#recipients.info;
  readonly lookup = this.#recipients.lookup;
  readonly lookupWhy = this.#recipients.why;
  readonly draft = signal<DraftSaved | null>(null);
  /** Where the person typed before encryption was turned on, the browser may have checked the text. */
  readonly lateGuard = signal(false);
  /** The person gave up the protection that the plan no longer has. */
  readonly released = signal(false);
  /** Stays true when S/MIME leaves the plan meanwhile: what was written as a secret does not become a plain draft. */
  readonly mayEncrypt = computed(() => mayEncrypt(this.mode.value, (this.start.toEncrypted === true || this.start.apart === true) && !this.released.value) || this.#underRules);
  /** What the organisation demands of it. */
  readonly rules = new Rules(() => ({
    from: { name: this.identity.value.name, address: this.identity.value.address }, ...this.#valid, subject: this.subject.value.trim(), mode: this.mode.value, user: { sign: signs(this.mode.value), encrypt: encrypts(this.mode.value) },
    priority: this.wishes.value.priority, receipt: this.wishes.value.receipt, attachment: this.files.value.length > 0, size: this.plain.length + this.files.value.reduce((n, f) => n + f.size, 0),
  }), () => { this.#obey(); this.#keepNow(); });
  /** The person chose for this message: what is only wished for is not preset any more. */
  #chosen = false;
  /** As it was before a rule raised it. */
  #before: SecurityMode | null = null;
  /** S/MIME left the plan while this was written: nothing of it is sent or kept before the person decided. */
  readonly planLost = computed(() => !smimeOn.value && (this.mode.value !== 'none' || this.mayEncrypt.value));
  /** Plain text of the textarea; the rich text lives in the editor frame. */
  plain = '';
  /** Reads the body from the editor, without: what it quotes left out; set by the element that holds it. */
  readBody: ((without?: boolean) => Promise<Body>) | null = null;
  /** Undo and caret of the editor; set with readBody. */
  readState: (() => Promise<EditorState | null>) | null = null;
  /** The same, of the window this came from, until its editor stands. */
  handed: EditorState | null = null;
  /** Takes what is quoted out of the rich text; set with readBody. */
  cutQuote: (() => void) | null = null;
  /** Puts another signature in the place of the first one, in the editor's text; set by the element that holds it. */
  swapSignature: ((before: string, after: string) => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<boolean> | null = null;
  #edits = 0;
  /** Goes along to a window of its own: what was asked before is its own there, too (but writeApart). */
  #writer: string = crypto.randomUUID();
  #turns = 0;
  #was = '';
  #upload: AbortController | null = null;
  /** Text was written, not only recipients. */
  #wrote = false;
  /** In the message itself, where the browser's own checking could see it. */
  #typed = false;
  /** Sending was asked for, and begins when it is known how. */
  starting = false;
  #why: unknown;
  /** The last save did not begin, for want of the rules' answer. */
  #waited = false;
  /** What was said of a save that failed. */
  #unsaved = '';
  /** No answer came: whether the server has what is here is not known. The base stays the one that was seen. */
  #unsure = false;
  closed = false;

  constructor(start: Start) {
    this.start = start;
    this.submission = start.submission ?? crypto.randomUUID();
    batch(() => {
      this.to.value = start.to ?? [];
      this.cc.value = start.cc ?? [];
      this.bcc.value = start.bcc ?? [];
      this.subject.value = start.subject ?? '';
      this.mode.value = start.mode;
      this.opaque.value = start.opaque === true;
      this.wishes.value = start.wishes ?? NO_WISHES;
      this.auto.value = start.auto === true && smimeOn.value;
      this.identity.value = start.identity ?? identity.value;
      this.hideSubject.value = start.hideSubject ?? settings.value.security.hide_subject === true;
      this.replyTo.value = start.replyTo ?? null;
      this.showCc.value = this.cc.value.length + this.bcc.value.length > 0;
      this.rich.value = start.plain !== true;
    });
    this.plain = start.text ?? '';
    this.draft.value = start.draft ?? null;
    this.#chosen = start.draft !== undefined || start.apart === true;
    void this.lookUp();
    void this.rules.settle();
  }

  /** What lies at the server in the clear already is not taken away for what is only possible. */
  get #underRules(): boolean {
    if (!smimeOn.value) return false;
    const how = this.rules.encrypts.value;
    return how === 'yes' || how === 'unknown' || (how === 'open' && this.draft.value?.encrypted !== false);
  }

  /** A draft lies at the server in the clear, and whether it may is not known any more: it stays as it is, and what was written since waits for the answer. */
  get waitsForRules(): boolean { return this.rules.encrypts.value === 'unknown' && this.draft.value?.encrypted === false && !encrypts(this.mode.value); }

  /** What could not be kept before there was an answer can be now. */
  #keepNow(): void {
    if (this.closed || this.moving.value || this.sendState.value === 'sending') return;
    const waited = this.saveState.value === 'failed' && (this.problem.value !== '' || this.#waited);
    if (!waited && !(this.saveState.value === 'impossible' && !this.mayEncrypt.value)) return;
    this.saveState.value = 'dirty';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), AUTOSAVE_MS);
  }

  /** The mode is a rule's, not the person's: nothing to remember. */
  get raised(): boolean { return this.#before !== null; }

  get #valid(): Fields {
    const only = (list: readonly Address[]): Address[] => list.filter((a) => isAddress(a.address)).map((a) => ({ name: '', address: a.address }));
    return { to: only(this.to.value), cc: only(this.cc.value), bcc: only(this.bcc.value) };
  }

  /** An answer of the rules: what is demanded is on, what is wished for is preset, what is free again is the person's. */
  #obey(): void {
    const d = this.rules.answer.value;
    if (!d || this.closed || !smimeOn.value || this.sendState.value === 'sending') return;
    const now = this.mode.value;
    const left = this.#before !== null && withLocked(this.#before, d) === this.#before ? this.#before : null;
    const wanted = withLocked(left !== null ? followMode(now, left, this.#wrote) : now, d);
    if (left !== null && wanted === left) this.#before = null; // else what was written as a secret stays one
    else if (wanted !== now) this.#before ??= now;
    this.#raise(this.#wished(wanted));
  }

  #raise(mode: SecurityMode): void {
    if (mode === this.mode.value) return;
    this.#take(mode, this.hasEdits);
    this.said.value++;
  }

  /** A wish that cannot be met is none: a key to sign with, and a certificate of everybody. */
  #wished(mode: SecurityMode): SecurityMode {
    const d = this.rules.answer.value;
    if (!d || this.#chosen || !smimeOn.value) return mode;
    const everybody = this.everyone.length > 0 && this.everyone.every((a) => canReceive(this.infoOf(a)));
    return modeOf(signs(mode) || (d.wished.sign !== null && hasKeys.value === true), encrypts(mode) || (d.wished.encrypt !== null && everybody && hasKeys.value === true));
  }

  get fields(): Fields { return { to: this.to.value, cc: this.cc.value, bcc: this.bcc.value }; }
  get everyone(): Address[] { return [...this.to.value, ...this.cc.value, ...this.bcc.value]; }
  get ownReplyTo(): Address[] { return this.identity.value.reply_to ? [{ name: '', address: this.identity.value.reply_to }] : []; }
  get title(): string { return this.subject.value.trim() || t('compose-new'); }
  get hasEdits(): boolean { return this.#edits > 0; }
  /** It was begun as a draft that is kept elsewhere, too. */
  get reopened(): boolean { return this.start.draft !== undefined || this.start.replaces != null; }

  /** The draft that this was written from. Another one now, and nothing is kept, sent or discarded: one never takes the place of a text that was not seen here. */
  get base(): Pick<ComposeBody, 'base'> {
    const d = this.draft.value;
    return d ? { base: { uid: d.uid, uidvalidity: d.uidvalidity } } : {};
  }

  /** For each request that keeps, moves, sends or discards the draft, as it leaves: the server knows by it what this window kept although no answer came, and what comes late. */
  next(): Pick<ComposeBody, 'base' | 'turn'> { return { ...this.base, turn: { window: this.#writer, n: ++this.#turns, ...(this.#was ? { was: this.#was } : {}) } }; }
  /** Something was asked of the server that may have come to it. */
  get asked(): boolean { return this.#turns > 0; }

  /** A save that is on its way has come to its end: its draft is what goes on from here. */
  async settled(): Promise<void> { while (this.#saving) await this.#saving; }

  await(a: Awaited): void {
    this.#awaited.add(a);
    void this.#fetch(a);
  }

  async #fetch(a: Awaited): Promise<void> {
    this.#fetching++;
    this.loading.value = 'busy';
    try {
      await a.fetch();
      this.#awaited.delete(a);
    } catch { /* Said in the window, where it can be tried again. */ }
    this.#fetching--;
    if (this.#fetching > 0) return;
    this.loading.value = this.#awaited.size ? 'failed' : 'no';
    // What could not be kept without it can be now.
    if (this.loading.value === 'no' && this.saveState.value === 'failed') void this.save();
  }

  fetchAgain(): void {
    if (this.loading.value === 'failed') for (const a of [...this.#awaited]) void this.#fetch(a);
  }

  /** By the person only. A draft that has what is missing here stays as it is: this becomes another one. */
  goWithout(): void {
    if (this.loading.value !== 'failed') return;
    for (const a of this.#awaited) a.without();
    this.#awaited.clear();
    this.loading.value = 'no';
    if (!this.reopened) { this.changed(); return; }
    delete this.start.draft;
    this.start.replaces = null;
    this.renew();
  }

  /** Until all of it is here. False: it will not be, without the person. */
  async whole(): Promise<boolean> {
    const end = performance.now() + EDITOR_MS;
    for (;;) {
      if (this.closed || this.loading.value === 'failed') return false;
      if (this.loading.value === 'no' && (!this.rich.value || this.readBody)) return true;
      if (this.loading.value === 'no' && performance.now() > end) return false;
      await new Promise((done) => { setTimeout(done, LOOK_MS); });
    }
  }

  /** The text of the message, in the editor. */
  typed(): void {
    this.#typed = true;
    this.changed();
  }

  changed(): void {
    this.#wrote = true;
    this.#touch();
  }

  #touch(): void {
    if (this.closed || this.moving.value) return;
    this.rules.changed();
    this.#edits++;
    this.touches.value = this.#edits;
    if (this.sendState.value === 'failed') this.sendState.value = 'editing';
    this.problem.value = '';
    this.saveState.value = 'dirty';
    clearTimeout(this.#timer);
    const size = this.files.value.reduce((n, f) => n + f.size, 0);
    this.#timer = setTimeout(() => void this.save(), size > BIG ? AUTOSAVE_BIG_MS : AUTOSAVE_MS);
  }

  setRecipients(f: Partial<Fields>): void {
    batch(() => { for (const which of ['to', 'cc', 'bcc'] as const) if (f[which]) this[which].value = f[which]; });
    // What is said of those who stay in the way stays.
    this.cannot.value = this.cannot.value && this.everyone.some((a) => this.infoOf(a) !== undefined && !canReceive(this.infoOf(a)));
    this.#touch();
    void this.lookUp();
  }

  /** Name, address, signature and the address for answers change together; what was changed by hand of them stays.
   *  Answers false where the signature was, and stays (in rich text the editor says so later). */
  setIdentity(next: Identity): boolean {
    const before = this.identity.value;
    let kept = false;
    if (!this.rich.value) {
      const swapped = swapSignature(this.plain, before.signature, next.signature);
      ({ text: this.plain, kept } = swapped);
    } else if (this.swapSignature) this.swapSignature(before.signature, next.signature);
    else if (this.start.signature === before.signature || !before.signature) this.start.signature = next.signature;
    batch(() => {
      if (this.replyTo.value && personsOf(this.replyTo.value) === personsOf(this.ownReplyTo)) this.replyTo.value = next.reply_to ? [{ name: '', address: next.reply_to }] : [];
      this.identity.value = next;
      this.signer.value = null;
    });
    this.changed();
    return !kept;
  }

  setOpaque(on: boolean): void {
    this.opaque.value = on;
    this.#touch();
  }

  setWishes(some: Partial<Wishes>): void {
    this.wishes.value = { ...this.wishes.value, ...some };
    this.#touch();
  }

  /** For this message; the vault's own choice otherwise. */
  setSigner(fingerprint: string): void {
    this.signer.value = fingerprint;
    this.#touch();
  }

  /** By the person: from now on it does not follow the recipients. */
  setMode(mode: SecurityMode): void {
    this.auto.value = false;
    this.#chosen = true;
    this.#before = null;
    this.#take(withLocked(mode, this.rules.answer.value));
    void this.lookUp();
  }

  /** Back to following the recipients. */
  setAuto(): void {
    this.auto.value = true;
    this.#chosen = false;
    this.#recipients.forgetMode();
    void this.lookUp();
  }

  /** edited: false where nothing was written yet, and this alone is nothing to keep or to ask about. */
  #take(mode: SecurityMode, edited = true): void {
    if (!encrypts(this.mode.value) && encrypts(mode) && this.#typed && this.start.toEncrypted !== true) this.lateGuard.value = true;
    const plain = this.draft.value?.encrypted === false && encrypts(mode);
    this.mode.value = mode;
    this.cannot.value = false;
    this.cleared.value = false;
    if (edited || plain) this.#touch();
    // The draft in the clear goes at once.
    if (plain) void this.save();
  }

  /** What was used last for the recipients that are there; false: an answer that is not followed now. */
  #follow(forThem: SecurityMode | null): boolean {
    if (!this.auto.value || this.sendState.value === 'sending' || this.closed) return false;
    const wanted = startMode(smimeOn.value, settings.value.security, this.start.toEncrypted === true && !this.released.value, forThem);
    // Auto's own word is what a rule raised it from.
    if (this.#before !== null) this.#before = followMode(this.#before, wanted, this.#wrote);
    this.#raise(this.#wished(withLocked(followMode(this.mode.value, wanted, this.#wrote), this.rules.answer.value)));
    return true;
  }

  setHideSubject(on: boolean): void {
    this.hideSubject.value = on;
    this.changed();
  }

  /** Goes on without the protection that the plan no longer has; only ever by an act of the person. */
  release(): void {
    batch(() => { this.auto.value = false; this.mode.value = 'none'; this.released.value = true; this.tab.value = 'message'; });
    this.cannot.value = false;
    this.changed();
  }

  /** Asks for what is not known yet of the recipients; again: of all of them. */
  lookUp(again = false): Promise<void> { return this.#recipients.look(again); }
  looked(): Promise<void> { return this.#recipients.looked(); }

  /** Waits until it is known what Auto makes of the recipients. less: not what the person was shown, so that they must
   *  look again. unknown: nobody could say; what stands here is a guess, and nothing may go by it. */
  async modeKnown(shown = this.mode.value): Promise<'same' | 'less' | 'unknown'> {
    await this.#recipients.answered();
    if (!this.auto.value || !smimeOn.value) return 'same';
    if (!this.#recipients.current) return 'unknown';
    const now = this.mode.value;
    return (encrypts(shown) && !encrypts(now)) || (signs(shown) && !signs(now)) ? 'less' : 'same';
  }

  infoOf(a: Address): RecipientInfo | undefined { return this.info.value.get(foldAddress(a.address)); }

  /** Adds files; answers a sentence when they do not fit, and adds nothing then. */
  addFiles(files: readonly File[], cid: string | null = null): string {
    const why = refusal(this.files.value, files, this.mayEncrypt.value);
    if (why || !files.length) return why;
    this.#put(files, cid);
    this.changed();
    return '';
  }

  #put(files: readonly File[], cid: string | null = null): void {
    this.files.value = [...this.files.value, ...files.map((f) => ({ id: ++serial, file: f, name: fileName(f.name), type: f.type || 'application/octet-stream', size: f.size, cid }))];
  }

  /** Files that belong to it from the beginning: no change of the person's. Too many are said, and none is left out. */
  came(files: readonly File[]): void {
    if (this.closed) return;
    this.#put(files);
    const why = refusal(this.files.value, [], this.mayEncrypt.value);
    if (why) this.refused.value = why;
  }

  removeFile(id: number): void {
    this.files.value = this.files.value.filter((f) => f.id !== id);
    this.refused.value = '';
    this.changed();
  }

  async body(signer: string | null): Promise<{ body: ComposeBody; files: Blob[] }> {
    if (!(await this.whole())) throw new ApiError('not_loaded', '', 0);
    const rich = this.rich.value && this.readBody ? await this.readBody() : null;
    const inline: FileItem[] = (rich?.images ?? []).map((i) => ({ id: 0, file: new Blob([i.bytes], { type: i.type }), name: `image.${i.type.split('/')[1] ?? 'img'}`, type: i.type, size: i.bytes.byteLength, cid: i.cid }));
    const all = [...inline, ...this.files.value];
    const body: ComposeBody = {
      submission: this.submission, from: { name: this.identity.value.name, address: this.identity.value.address },
      to: this.to.value, cc: this.cc.value, bcc: this.bcc.value, reply_to: this.replyTo.value ?? this.ownReplyTo, subject: this.subject.value.trim(), text: rich ? rich.text : this.plain, html: rich ? rich.html : null,
      in_reply_to: this.start.in_reply_to ?? null, references: this.start.references ?? null, mode: this.mode.value, may_encrypt: this.mayEncrypt.value, hide_subject: this.hideSubject.value && encrypts(this.mode.value), opaque: this.opaque.value && signs(this.mode.value),
      signer: signs(this.mode.value) ? signer : null, attachments: all.map((f) => ({ name: f.name, type: f.type, size: f.size, content_id: f.cid })),
      ...this.wishes.value,
    };
    return { body, files: all.map((f) => f.file) };
  }

  /** Follows one upload; `cancel` ends it. */
  follow(): api.Following {
    this.cancel(); // a save that is on its way is of an older text
    const own = new AbortController();
    this.#upload = own;
    this.stopped.value = false;
    return { signal: own.signal, progress: (sent, total) => { if (this.#upload === own) this.sending.value = { sent, total }; } };
  }
  followed(f: api.Following): void {
    if (this.#upload?.signal !== f.signal) return;
    this.#upload = null;
    this.sending.value = null;
  }
  cancel(): void { this.#upload?.abort(); }

  /** Saves the draft unless nothing changed. One save at a time; answers whether the server has the newest text. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    await this.whole(); // what is missing is said by the save
    while (this.#saving) await this.#saving;
    if (this.saveState.value !== 'dirty' && this.saveState.value !== 'failed') return this.saveState.value !== 'impossible';
    if (this.sendState.value === 'sending' || this.closed || this.moving.value) return false;
    if (this.planLost.value) { this.saveState.value = 'impossible'; return false; }
    this.#saving = this.rules.settle().then(() => this.#save());
    try { return await this.#saving; } finally { this.#saving = null; }
  }

  /** Before it waits to be sent: the draft is written at once, whatever the state of sending. False: the server keeps
   *  no draft of it (no certificate to encrypt it to). Throws where it could not be written. */
  async keepForHold(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#saving) await this.#saving;
    if (this.planLost.value) return false;
    if (!this.draft.value || this.saveState.value !== 'saved' || this.#unsure) await this.#save();
    if (this.saveState.value === 'failed') throw this.#why;
    return this.saveState.value === 'saved';
  }

  /** Something else that moves the draft at the server: it waits for a save that is on its way, and saves wait for it. */
  async inTurn(work: () => Promise<void>): Promise<void> {
    while (this.#saving) await this.#saving;
    const done = work();
    this.#saving = done.then(() => true, () => false);
    try { await done; } catch (error) {
      this.#unsure = !(error instanceof ApiError && error.code === 'conflict');
      throw error;
    } finally { this.#saving = null; }
  }

  async #save(): Promise<boolean> {
    this.#waited = this.waitsForRules;
    if (this.#waited) {
      this.#why = new ApiError('rules_unknown', '', 0);
      this.saveState.value = 'failed';
      return false;
    }
    const edits = this.#edits;
    this.saveState.value = 'saving';
    let following: api.Following = {};
    try {
      const { body, files } = await this.body(null);
      const saved = await api.saveDraft({ ...body, ...this.next(), ...apart(body) }, files, (following = this.follow()));
      const before = this.draft.value;
      this.draft.value = saved;
      this.#unsure = false;
      this.#was = '';
      await this.#leftPlain(before, saved);
      if (this.problem.value === this.#unsaved) this.problem.value = ''; // what was said about sending stays
      this.saveState.value = this.#edits === edits ? 'saved' : 'dirty';
      if (this.#edits !== edits) this.#timer = setTimeout(() => void this.save(), AUTOSAVE_MS);
      return true;
    } catch (error) {
      this.#why = error;
      const left = !(error instanceof ApiError && error.code === 'not_loaded'); // the request, to the server
      this.stopped.value = left && this.files.value.length > 0 && this.sendState.value !== 'sending';
      // The person ended it: said in its own place, and tried again with the next change or on request.
      if (error instanceof ApiError && error.code === 'cancelled') { this.saveState.value = 'failed'; return false; }
      // Without an own certificate a secret draft cannot be kept on the server: said, not forced.
      this.saveState.value = error instanceof ApiError && error.code === 'no_certificate' ? 'impossible' : 'failed';
      const overtaken = error instanceof ApiError && error.code === 'conflict';
      if (left) this.#unsure = !overtaken;
      // Sent, or changed, in another window: what is written here becomes a draft of its own.
      if (overtaken && this.sendState.value === 'editing') {
        this.renew();
        toast(t('draft-apart'), { kind: 'bad' });
        return false;
      }
      if (this.saveState.value === 'impossible') await this.#leftPlain(this.draft.value, null).catch(() => undefined);
      if (this.saveState.value === 'failed') {
        // What is said about sending matters more, and while it is under way this would read as its end; the next try comes by itself.
        if (!this.problem.value && this.sendState.value !== 'sending') this.problem.value = this.#unsaved = t('draft-failed', { why: (await lostFile(this, error)) || sentence(error) });
        if (!this.closed) this.#timer = setTimeout(() => void this.save(), AUTOSAVE_BIG_MS);
      }
      return false;
    } finally { this.followed(following); }
  }

  /** Another message from now on, with all that is written here. What became of the old one stays as it is. */
  renew(): void {
    if (this.asked) this.#was = this.submission;
    this.submission = crypto.randomUUID();
    this.#turns = 0;
    batch(() => { this.draft.value = null; this.outcome.value = null; this.sendState.value = 'editing'; });
    this.changed();
  }

  /** Encryption was turned on after the server had a draft in the clear: it is gone, its copies elsewhere may not be. */
  async #leftPlain(before: DraftSaved | null, now: DraftSaved | null): Promise<void> {
    if (!before || before.encrypted || now?.encrypted === false) return;
    if (!now) { await api.dropDraft(this.submission, this.next()); this.draft.value = null; }
    toast(t('draft-was-plain'), { ms: 15_000 });
  }

  /** Comes to rest: no save is under way and none begins before resume(). Answers what only it knows. */
  async pause(): Promise<Inner> {
    this.moving.value = true;
    clearTimeout(this.#timer);
    // A save that is broken off may have reached the server, and would become a second draft: only a long one is.
    const long = setTimeout(() => this.cancel(), REST_MS);
    await this.settled();
    clearTimeout(long);
    clearTimeout(this.#timer);
    return { edits: this.#edits, wrote: this.#wrote, typed: this.#typed, unsure: this.#unsure, writer: this.#writer, turns: this.#turns, was: this.#was, chosen: this.#chosen, before: this.#before, saved: this.saveState.value === 'saved' || this.saveState.value === 'clean' };
  }

  /** What another window had. */
  hold(files: readonly Omit<FileItem, 'id'>[], kept: Inner): void {
    this.files.value = files.map((f) => ({ ...f, id: ++serial }));
    [this.#chosen, this.#before] = [kept.chosen, kept.before];
    this.#edits = kept.edits;
    this.#wrote = kept.wrote;
    this.#typed = kept.typed;
    this.#unsure = kept.unsure;
    [this.#writer, this.#turns, this.#was] = [kept.writer, kept.turns, kept.was];
    this.saveState.value = kept.saved ? (this.draft.value ? 'saved' : 'clean') : 'dirty';
  }

  /** The window that had it may have it yet: what that one keeps from here on is another's, to the server and to this one. */
  writeApart(): void { this.#writer = crypto.randomUUID(); }

  /** What was not saved yet is, soon. */
  resume(): void {
    this.moving.value = false;
    this.problem.value = '';
    this.stopped.value = false;
    if (this.saveState.value === 'failed') this.saveState.value = 'dirty';
    if (this.saveState.value === 'dirty') this.#timer = setTimeout(() => void this.save(), AUTOSAVE_MS);
  }

  /** The server has put the draft elsewhere. */
  moved(place: MessageRef): void {
    if (this.draft.value) this.draft.value = { ...this.draft.value, folder: place.folder, uid: place.uid, uidvalidity: place.uidvalidity };
  }

  stop(): void {
    this.closed = true;
    this.rules.stop();
    this.#recipients.stop();
    this.cancel();
    clearTimeout(this.#timer);
  }
}

// Sending: check what the person sees, prepare, compare and sign in the browser, finish. Nothing is ever sent again
// by itself; what is not known is said to be not known.
import * as api from '../../api/compose.ts';
import { ApiError, sentence } from '../../api/client.ts';
import { setFlags } from '../../api/mail.ts';
import type { ComposeBody, MessageRef, RecipientInfo, SecurityMode, Sent } from '../../api/types.ts';
import { foldAddress } from '../../core/address.ts';
import { language, t } from '../../core/i18n.ts';
import { blockers, canReceive, encrypts, sendLabel, signs, toRemember } from '../../core/security-mode.ts';
import { lostFile } from '../../store/attach.ts';
import { lockWords, signerDemanded } from '../../store/demands.ts';
import type { Composer } from '../../store/compose.ts';
import * as composers from '../../store/composers.ts';
import * as list from '../../store/list.ts';
import { changeSettings, settings, smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { announce, confirm } from '../../store/ui.ts';
import { SendCheckError } from '../../smime/contract.ts';
import { loadSmime } from '../parts/smime.ts';
import { demanded } from './demands.ts';
import { faults, nothingForgotten } from './faults.ts';
import { refusals } from './refused.ts';

const wait = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));

async function failed(c: Composer, error: unknown): Promise<void> {
  const waited = c.held.value; // taken back elsewhere: the text there is this one
  c.held.value = false;
  if (error instanceof SendCheckError && error.code === 'cancelled') { c.sendState.value = 'editing'; return; }
  // Nothing was prepared, so nothing can have left.
  if (error instanceof ApiError && error.code === 'cancelled') { c.sendState.value = 'editing'; announce(t('upload-stopped')); return; }
  const conflict = error instanceof ApiError && error.code === 'conflict';
  if (conflict && (await leftBefore(c))) return;
  // Another window has another text: neither goes, and neither takes the other's place.
  if (conflict && !waited && 'draft' in error.details) {
    c.renew();
    c.minimized.value = false;
    toast(t('send-apart'), { kind: 'bad', ms: 60_000 });
    return;
  }
  c.sendState.value = 'failed';
  c.stopped.value = false;
  const why = error instanceof SendCheckError ? error.message : error instanceof ApiError && error.field === 'dsn' ? t('report-unavailable') : error instanceof ApiError && error.field === 'utf8' ? t('letters-unavailable') : conflict && language.value !== 'en' ? t('send-changed') : demanded(error) || (await lostFile(c, error)) || sentence(error);
  c.problem.value = t('send-failed', { why });
  c.minimized.value = false;
  // What is known of the recipients is older than what the server goes by: who cannot be encrypted to is named, and the
  // next try goes by what is shown then.
  if (!conflict && !(error instanceof ApiError && error.code === 'no_certificate') && !(error instanceof SendCheckError && error.code === 'differs_certificate')) return;
  if (!encrypts(c.mode.value)) return;
  await c.lookUp(true);
  if (c.sendState.value === 'failed' && blocked(c)) { c.cannot.value = true; c.tab.value = 'message'; }
}

function notSent(c: Composer): void {
  c.held.value = false;
  c.minimized.value = false;
  c.sendState.value = 'failed';
  c.problem.value = t('send-failed', { why: t('send-broke-off') });
}

const blocked = (c: Composer): boolean => blockers(c.everyone.map((a) => foldAddress(a.address)), c.info.value).length > 0;

/** Certificates that are on the screen, by address: of those who can receive only. */
export function shownCertificates(info: ReadonlyMap<string, RecipientInfo>): Record<string, string> {
  return Object.fromEntries([...info].flatMap(([address, i]) => (i.certificate && canReceive(i) ? [[address, i.certificate.fingerprint]] : [])));
}

function done(c: Composer, mode: Composer['mode']['value']): void {
  composers.sent(c);
  toast(t(`sent-${sendLabel(mode)}`));
  const remember = toRemember(settings.value.security.mode, mode);
  if (smimeOn.value && remember && !c.start.apart && !c.raised && remember !== settings.value.security.last_mode) composers.ends(changeSettings({ security: { last_mode: remember } }).catch(() => undefined));
  const o = c.start.original;
  if (o) {
    const row = new Set([o.ref.uid]);
    if (list.source.value?.folder === o.ref.folder) list.patchFlags(row, [o.flag], []);
    composers.ends(setFlags(o.ref.folder, o.ref.uidvalidity, { uids: [o.ref.uid] }, [o.flag], []).catch((error: unknown) => toast(t(o.flag === '$Forwarded' ? 'forwarded-unmarked' : 'answered-unmarked', { why: sentence(error) }), { kind: 'bad' })));
  }
}

/** What became of it, asked as long as it is under way. */
export async function outcomeOf(submission: string, first: Sent): Promise<Sent> {
  let s = first;
  for (let i = 0; s.status === 'pending' && i < 20; i++) {
    await wait(500 + i * 250);
    s = await api.sendStatus(submission);
  }
  return s;
}

async function settle(c: Composer, first: Sent): Promise<void> {
  const s = await outcomeOf(c.submission, first);
  c.outcome.value = s;
  if (s.status === 'sent') { done(c, c.mode.value); return; }
  c.held.value = false;
  c.sendState.value = s.status === 'partly' ? 'partly' : s.status === 'failed' ? 'failed' : 'unknown';
  if (s.status === 'failed') c.problem.value = [t('send-failed', { why: language.value === 'en' && s.message ? s.message : t('err-smtp-refused') }), ...refusals(s)].join('\n'); // the server speaks English
  c.minimized.value = false;
}

/** Sent, or perhaps sent, from another window or before this one was opened: said, and nothing is lost of what is here. */
async function leftBefore(c: Composer): Promise<boolean> {
  try {
    const s = await outcomeOf(c.submission, await api.sendStatus(c.submission));
    if (!['sent', 'partly', 'pending', 'unknown'].includes(s.status)) return false;
    c.outcome.value = s;
    c.sendState.value = 'unknown';
    c.minimized.value = false;
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false; // it was not sent, or nobody can say: the sentence of the refusal stands
    throw error;
  }
}

/** The person decides that it shall be another message. */
export async function anew(c: Composer): Promise<void> {
  if (!(await confirm({ title: t('sent-anew-title'), text: t('sent-anew-text'), action: t('sent-anew') }))) return;
  const old = c.draft.value;
  if (old) c.start.replaces = old;
  c.renew();
}

/** Asks the server what became of it; used when the answer to finish did not arrive. */
export async function askAgain(c: Composer): Promise<void> {
  try {
    const s = await api.sendStatus(c.submission);
    await settle(c, s);
  } catch (error) {
    // Long after the request: it never came to the sending.
    if (error instanceof ApiError && error.status === 404) { notSent(c); return; }
    toast(sentence(error), { kind: 'bad' });
  }
}

/** The one way by which a message leaves: prepared, compared and signed here, finished. begun: from here on only the server knows. */
export async function transmit(m: { body: ComposeBody; files: Blob[]; certificates: Record<string, string>; following?: api.Following; uploaded?: () => void; prepared?: (draft: MessageRef) => void; subject?: string | null }, begun: (ticket: string) => void): Promise<Sent> {
  // Without signature and encryption nothing is promised that a comparison could keep; the keyring stays out of it.
  const part = m.body.mode === 'none' ? null : await loadSmime('sending');
  if (m.body.mode !== 'none' && !part) throw new SendCheckError('no_keyring', t('send-no-keyring'));
  const prepared = await api.prepare(m.body, m.files, m.following).finally(() => m.uploaded?.());
  m.prepared?.(prepared.draft);
  // A trigger of the organisation goes from the subject: only as the person was shown it.
  const subject = prepared.subject ?? null;
  if (subject !== (m.subject ?? null)) throw new SendCheckError('differs_subject', t('rule-subject-differs', { subject: subject ?? m.body.subject }));
  const signed = part ? await part.sending.checkAndSign(prepared, { body: subject === null ? m.body : { ...m.body, subject }, files: m.files, from: m.body.from, certificates: m.certificates }) : { signature: null };
  begun(prepared.ticket);
  return api.finish(prepared.ticket, signed.signature, prepared.content_key);
}

/** The certificate to sign with: the one chosen for this message, else the vault's own; a refusal where it cannot. */
export async function signerOf(c: Composer): Promise<string> {
  const part = await loadSmime('sending');
  if (!part) throw new SendCheckError('no_keyring', t('send-no-keyring'));
  const all = (await part.sending.signersFor(c.identity.value.address)).map((x) => x.fingerprint);
  const chosen = c.signer.value;
  const signer = chosen === null ? all[0] : all.find((x) => x === chosen);
  if (!signer && chosen) c.signer.value = null; // the next try goes by what is shown then
  if (!signer) throw new SendCheckError('no_certificate', t(signerDemanded(c.rules.answer.value) ? 'rule-no-signer' : 'send-no-signer'));
  return signer;
}

/** Undo send. Only what the server keeps as a draft may wait: a tab that is closed meanwhile must not lose it. */
async function mayGo(c: Composer, body: ComposeBody): Promise<boolean> {
  const seconds = c.start.apart ? 0 : settings.value.composing.undo_seconds; // what it is the copy of has gone already
  if (seconds === 0 || !(await c.keepForHold())) return true;
  const { countDown } = await import('../../store/held.ts');
  return countDown(c, seconds, body);
}

function stop(c: Composer, why: string): false {
  c.problem.value = why;
  c.minimized.value = false;
  return false;
}

/** Auto's word, or a stop: nothing goes by a guess. */
async function modeStands(c: Composer, shown: SecurityMode): Promise<boolean> {
  const how = await c.modeKnown(shown);
  if (how === 'same' || c.closed) return true;
  if (how === 'less') return stop(c, t('auto-less', { mode: t(`mode-${c.mode.value.replace('_', '-')}`) }));
  c.tab.value = 'security'; // where the mode is chosen
  return stop(c, t('auto-unknown'));
}

/** What is demanded is known, was seen, and can be done; else it is said what is missing. */
async function demandsStand(c: Composer, shown: SecurityMode): Promise<boolean> {
  await c.rules.settle();
  if (c.closed) return false;
  const d = c.rules.answer.value;
  if (!d) return true; // the server says it, at prepare
  const words = lockWords(d);
  if (!smimeOn.value && words.length && (d.locked.sign ?? d.locked.encrypt)) return stop(c, [...words, t('rule-no-plan')].join('\n'));
  if (c.mode.value === shown || !words.length) return true;
  return stop(c, [...words, t('rule-raised', { mode: t(`mode-${c.mode.value.replace('_', '-')}`) })].join('\n'));
}

const meant = (c: Composer): string => [c.mode.value, ...c.everyone.map((a) => foldAddress(a.address))].join('\n');

/** Whether it may go; where not, it is said why. What changes while somebody is asked is looked at again. */
async function mayStart(c: Composer): Promise<boolean> {
  const shown = c.mode.value;
  for (;;) {
    if (c.planLost.value) { c.minimized.value = false; announce(t('plan-lost-title')); return false; }
    const why = faults(c);
    if (why.length) { c.tab.value = 'message'; return stop(c, why.join('\n')); }
    if (!(await modeStands(c, shown))) return false;
    if (!(await demandsStand(c, shown))) return false;
    if (encrypts(c.mode.value)) {
      await c.lookUp();
      if (blocked(c)) await c.looked();
      if (blocked(c)) { c.cannot.value = true; c.tab.value = 'message'; return false; }
    }
    const before = meant(c);
    if (c.closed || !(await nothingForgotten(c)) || c.closed) return false;
    if (!c.planLost.value && meant(c) === before && !(encrypts(c.mode.value) && blocked(c))) return true;
  }
}

export const busy = (c: Composer): boolean => c.sendState.value === 'sending' || c.starting || c.closed;

/** One press, one message: until `sending` is set nothing else begins. */
export async function send(c: Composer): Promise<void> {
  if (!busy(c)) await begin(c);
}

/** For whoever has seen that nothing else is under way, and may have set `sending` already. */
export async function begin(c: Composer): Promise<void> {
  c.starting = true;
  let may = false;
  try {
    may = await mayStart(c);
  } catch (error) {
    stop(c, t('send-failed', { why: error instanceof ApiError ? sentence(error) : t('send-no-text') }));
  } finally { c.starting = false; }
  if (may) await leave(c);
  else if (c.sendState.value === 'sending') c.sendState.value = 'editing';
}

async function leave(c: Composer): Promise<void> {
  const mode = c.mode.value;
  c.problem.value = '';
  c.outcome.value = null;
  c.sendState.value = 'sending';
  let ticket: string | null = null;
  try {
    const signer = signs(mode) ? await signerOf(c) : null;
    const { body, files } = await c.body(signer);
    if (c.start.apart || c.raised) body.remember = false;
    const subject = c.rules.answer.value?.subject ?? null;
    const certificates = shownCertificates(c.info.value); // before the server says what it would take
    if (!(await mayGo(c, body))) return;
    await c.settled();
    const following = c.follow();
    await settle(c, await transmit({ body: { ...c.next(), ...body }, files, certificates, following, uploaded: () => c.followed(following), prepared: (draft) => c.moved(draft), subject }, (given) => { ticket = given; }));
  } catch (error) {
    // An error word of the server is an answer; these only say that none came.
    const lost = ticket !== null && error instanceof ApiError && ['offline', 'timeout', 'gateway', 'internal', 'cancelled'].includes(error.code);
    if (!lost) { await failed(c, error); return; }
    // The request left, the answer did not arrive: only the server knows.
    try {
      await settle(c, await api.sendStatus(c.submission));
    } catch (why) {
      // The server broke off before it sent; whoever had no answer at all cannot know whether the request is still on its way.
      if (error.code !== 'offline' && error.code !== 'timeout' && why instanceof ApiError && why.status === 404) { notSent(c); return; }
      c.sendState.value = 'unknown';
      c.held.value = false;
      c.minimized.value = false;
    }
  }
}

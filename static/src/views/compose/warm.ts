// An editor's frame that is there before it is wanted. Its origin is opaque, so no cache of the browser is for it: each
// one fetches, reads and runs its script anew, which is most of what opening a composer takes. One stands ready out of
// sight, empty, and is moved to where it is wanted without being loaded again; a frame that was written in is never used twice.
import { EDITOR_HERE } from '../../editor/protocol.ts';

interface Mover { moveBefore?: (node: Node, before: Node | null) => void }
interface Memory { deviceMemory?: number }

let spare: HTMLIFrameElement | null = null;
/** Its script has said that it runs; an answer of any other kind is no editor. */
let here = false;
let store: HTMLElement | null = null;
const AGAIN_MS = 1500;
const IDLE_MS = 4000;
/** A frame is a process of the browser: not where memory is short. In GB, as browsers tell it. */
const LITTLE = 4;

const movable = (): boolean => 'moveBefore' in Element.prototype;
const little = (): boolean => ((navigator as Memory).deviceMemory ?? LITTLE) < LITTLE;

function make(): HTMLIFrameElement {
  const f = document.createElement('iframe');
  f.className = 'editor-frame';
  f.setAttribute('sandbox', 'allow-scripts');
  f.src = '/editor';
  return f;
}

export function idle(run: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: IDLE_MS });
  else setTimeout(run, 0);
}

/** One stands ready from now on, where the browser can move it and has the memory. */
export function keepFrame(): void {
  if (spare || !movable() || little()) return;
  if (!store) {
    store = document.createElement('div');
    store.className = 'spare-editor';
    store.inert = true;
    store.setAttribute('aria-hidden', 'true');
    document.body.append(store);
    addEventListener('message', (e) => { if (spare && e.source === spare.contentWindow && e.data === EDITOR_HERE) here = true; });
  }
  here = false;
  spare = make();
  spare.title = 'Waxseal';
  spare.tabIndex = -1;
  store.append(spare);
}

/** A frame in this place. ready: its script runs already; else it says so (EDITOR_HERE). fresh: not the one that stood ready. */
export function frameInto(place: HTMLElement, fresh = false): { frame: HTMLIFrameElement; ready: boolean } {
  const given = spare;
  if (!fresh && given && here) {
    spare = null;
    given.removeAttribute('tabindex');
    (place as Mover).moveBefore!(given, null);
    setTimeout(() => idle(keepFrame), AGAIN_MS);
    return { frame: given, ready: true };
  }
  const frame = make();
  place.append(frame);
  return { frame, ready: false };
}

/* The keyring's Worker: the one place in the browser where private keys are.
 *
 * One classic script, served with its own policy (default-src 'none'; script-src
 * 'wasm-unsafe-eval'), so that nothing can leave it but answers to messages. It runs as a
 * SharedWorker (one keyring for all tabs) or as a Worker of one tab. A missing policy would fail
 * open, so the script tries eval, fetch and importScripts first and refuses to work if one works.
 *
 * Request {id, op, ...}, answer {id, value} or {id, error: word}. Words: those of keyring_word(),
 * and unsafe, integrity, not_started, locked, unknown, too_many, invalid. Events {event, ...} go
 * to every tab: "state" and "activity".
 */
'use strict';
(function (scope) {
    // Loaded once more by its own check below: that must never happen.
    if (typeof scope.keyringProbe === 'function') {
        scope.keyringProbe();
        return;
    }
    const BUILD = '@KEYRING_SHA256@'; // SHA-256 of the only module this script runs
    const WORDS = ['ok', 'wrong_passphrase', 'damaged', 'unsupported', 'empty', 'refused', 'failed'];
    const TICK = 15000, SLEPT = 90000; // a tick that comes so late means that the machine slept
    const MAX_FILE = 2 << 20, MAX_ACTIVITY = 200, MAX_DIGESTS = 16, MAX_OPEN = 8, PER_MINUTE = 60;
    const FORBIDDEN = ['fetch', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'EventSource',
        'WebTransport', 'importScripts', 'Worker', 'SharedWorker', 'BroadcastChannel', 'indexedDB',
        'caches', 'FontFace', 'fonts', 'Notification', 'RTCPeerConnection', 'RTCDataChannel',
        'PushManager', 'cookieStore', 'createImageBitmap', 'URL', 'webkitURL', 'Request',
        'Response', 'FileReader', 'FileReaderSync', 'navigator', 'reportError'];
    const subtle = scope.crypto.subtle;
    const random = (view) => scope.crypto.getRandomValues(view);

    let module = null, w = null; // compiled once; instantiated anew after each lock
    let ring = 0, keys = [], account = null, since = 0;
    let lockAfter = 15, lastUse = 0, lastTick = Date.now();
    let activity = [], used = [], nextId = 1;
    const ports = new Set(), digests = new Map(), opened = new Map();

    class Refusal extends Error {
        constructor(word) {
            super(word);
            this.word = word;
        }
    }
    const need = (ok, word) => {
        if (!ok) throw new Refusal(word);
    };

    /* --- shut in ----------------------------------------------------------------- */

    const fails = async (act) => {
        try {
            await act();
            return false;
        } catch {
            return true;
        }
    };

    /* data: needs no network, so a refusal can only come from the policy. Our own address shows
     * whether the policy lets through what is of the same origin, whose URLs could carry secrets. */
    async function closed() {
        const here = scope.location.href;
        let loaded = false;
        scope.keyringProbe = () => {
            loaded = true;
        };
        const shut = (await fails(() => scope.eval('1'))) &&
            (await fails(() => scope.fetch('data:,x'))) &&
            (await fails(() => scope.fetch(here))) &&
            (await fails(() => scope.importScripts('data:text/javascript,1'))) &&
            (await fails(() => scope.importScripts(here)));
        delete scope.keyringProbe;
        return shut && !loaded;
    }

    function removeGlobals() {
        for (const name of FORBIDDEN) {
            for (let o = scope; o; o = Object.getPrototypeOf(o)) delete o[name];
            if (scope[name] !== undefined) return false;
        }
        return true;
    }

    const safe = closed().then((ok) => removeGlobals() && ok);

    /* --- memory of the module ------------------------------------------------------ */

    const bytesAt = (p, n) => new Uint8Array(w.memory.buffer, p, n);
    const copyOut = (p, n) => bytesAt(p, n).slice();

    function text(p) {
        if (!p) return null;
        const all = new Uint8Array(w.memory.buffer);
        return new TextDecoder().decode(all.slice(p, all.indexOf(0, p)));
    }

    /* Calls f with (pointer, length) of each argument copied in; the copies are wiped after. */
    function lend(views, f) {
        const lent = [];
        try {
            for (const view of views) {
                const p = view ? w.kr_alloc(view.length) : 0;
                need(p || !view, 'failed');
                if (view) bytesAt(p, view.length).set(view);
                lent.push(p, view ? view.length : 0);
            }
            return f(...lent);
        } finally {
            for (let i = 0; i < lent.length; i += 2) w.kr_free(lent[i]);
        }
    }

    function result(rc) {
        need(rc === 0, WORDS[rc] || 'failed');
        const out = copyOut(w.kr_result(), w.kr_result_size());
        w.kr_result_clear();
        return out;
    }

    const named = (name) => {
        const b = new Uint8Array(name.length + 1);
        for (let i = 0; i < name.length; i++) b[i] = name.charCodeAt(i);
        return b;
    };

    function instantiate() {
        const fill = (p, n) => {
            for (let at = 0; at < n; at += 65536) random(bytesAt(p + at, Math.min(65536, n - at)));
        };
        w = new WebAssembly.Instance(module, {env: {random: fill}}).exports;
        need(w.kr_init() === 1, 'failed');
    }

    function hash(name, view) {
        const d = lend([named(name)], (p) => w.kr_digest_new(p));
        lend([view], (p, n) => w.kr_digest_add(d, p, n));
        return endDigest(d);
    }

    function endDigest(d) {
        return lend([new Uint8Array(64)], (p) => copyOut(p, w.kr_digest_end(d, p)));
    }

    const hex = (view) => Array.from(view, (b) => b.toString(16).padStart(2, '0')).join('');

    /* --- keys ---------------------------------------------------------------------- */

    function describe(k) {
        const out = [];
        for (let i = 0; i < w.kr_key_count(k); i++)
            out.push({index: i, type: text(w.kr_key_type(k, i)), bits: w.kr_key_bits(k, i),
                name: text(w.kr_key_name(k, i)), main: null, certificates: []});
        const others = [];
        for (let c = 0; c < w.kr_cert_count(k); c++) {
            const der = copyOut(w.kr_cert(k, c), w.kr_cert_size(k, c));
            const cert = {fingerprint: hex(hash('sha256', der)), der};
            const key = w.kr_cert_key(k, c);
            (key < 0 ? others : out[key].certificates).push(cert);
            if (key >= 0 && w.kr_key_cert(k, key) === c) out[key].main = cert.fingerprint;
        }
        return {keys: out, others};
    }

    const view = (v) => {
        need(v instanceof Uint8Array, 'invalid');
        return v;
    };
    const utf8 = (v) => {
        need(typeof v === 'string', 'invalid');
        return new TextEncoder().encode(v);
    };
    const passed = (rc) => need(rc === 0, WORDS[rc] || 'failed');

    function openInto(k, m) {
        need(view(m.file).length <= MAX_FILE, 'damaged');
        passed(lend([m.file, view(m.passphrase)], (f, fn, p, pn) => w.kr_open(k, f, fn, p, pn)));
    }

    function contents(handle, at) {
        const file = describe(at);
        return {handle, keys: file.keys.map((k) => ({...k, index: undefined})), others: file.others};
    }

    /* A keyring beside the unlocked one, filled by fill(), until the tab closes it or all is locked. */
    function hold(port, fill) {
        need(opened.size < MAX_OPEN, 'too_many');
        const at = w.kr_new();
        need(at, 'failed');
        try {
            fill(at);
        } catch (e) {
            w.kr_close(at);
            throw e;
        }
        const handle = nextId++;
        opened.set(handle, {at, port});
        lastUse = lastTick = Date.now();
        return contents(handle, at);
    }

    function held(m) {
        const o = opened.get(m.handle);
        need(o, 'unknown');
        lastUse = Date.now();
        return o.at;
    }

    function unlocked(at, m) {
        if (!ring) since = Date.now();
        ring = at;
        keys = describe(ring).keys;
        lastUse = lastTick = Date.now();
        if (m.lockAfter !== undefined) ops.timeout(m);
        note({action: 'unlock', label: String(m.label || '').slice(0, 200)});
        tell(state());
        return state();
    }

    function keyOf(fingerprint) {
        need(ring, 'locked');
        const key = keys.find((k) => k.certificates.some((c) => c.fingerprint === fingerprint));
        need(key, 'unknown');
        return key.index;
    }

    function lock(reason) {
        const was = ring !== 0;
        if (w) new Uint8Array(w.memory.buffer).fill(0); // heap, stack, freed or not
        digests.clear();
        opened.clear();
        w = null;
        ring = 0;
        keys = [];
        if (was) note({action: 'lock', reason});
        tell(state());
    }

    const state = () => ({event: 'state', locked: ring === 0, since, lockAfter,
        keys: keys.map((k) => ({...k, index: undefined}))});

    function tell(message) {
        for (const port of ports) port.postMessage(message);
    }

    function note(entry) {
        const line = {time: Date.now(), ...entry};
        activity.push(line);
        activity = activity.slice(-MAX_ACTIVITY);
        tell({event: 'activity', entry: line});
    }

    /* Bounds what a hostile page can ask for, and makes it visible, however it ends. */
    function spend(action, m) {
        const now = Date.now();
        used = used.filter((t) => now - t < 60000);
        need(used.length < PER_MINUTE, 'too_many');
        used.push(now);
        lastUse = now;
        note({action, fingerprint: m.fingerprint, ...about(m)});
    }

    const about = (m) => {
        const a = m.about || {};
        const word = (v) => (v === undefined || v === null ? null : String(v).slice(0, 300));
        return {folder: word(a.folder), uid: word(a.uid), subject: word(a.subject)};
    };

    /* --- operations ---------------------------------------------------------------- */

    const ops = {
        hello(m, port) {
            ports.add(port); // again, when a tab comes back from the browser's page cache
            if (m.account !== account && (account !== null || ring)) {
                lock('account');
                activity = [];
            }
            account = m.account;
            return {build: BUILD, started: module !== null, activity, ...state(), event: undefined};
        },
        async start(m) {
            if (!module) {
                const wasm = view(m.wasm);
                const sum = new Uint8Array(await subtle.digest('SHA-256', wasm));
                need(hex(sum) === BUILD, 'integrity');
                module = await WebAssembly.compile(wasm);
            }
            return {};
        },
        unlock(m) {
            const fresh = ring === 0;
            const at = fresh ? w.kr_new() : ring;
            need(at, 'failed');
            try {
                openInto(at, m);
            } catch (e) {
                if (fresh) w.kr_close(at);
                throw e;
            }
            return unlocked(at, m);
        },
        lock() {
            lock('user');
            return {};
        },
        logout() {
            lock('logout');
            account = null;
            activity = [];
            return {};
        },
        timeout(m) {
            need(Number.isInteger(m.lockAfter) && m.lockAfter >= 0 && m.lockAfter <= 1440, 'invalid');
            lockAfter = m.lockAfter;
            return {};
        },
        touch() {
            lastUse = Date.now();
            return {};
        },
        /* A file by itself: for its summary and for the re-wrapping, without unlocking it. */
        open(m, port) {
            return hold(port, (at) => openInto(at, m));
        },
        /* A key that has never been anywhere else. RSA takes seconds: the page asks a Worker of its
         * own for it, which it can end. */
        make(m, port) {
            return hold(port, (at) => passed(lend([named(String(m.kind))], (p) => w.kr_make(at, p))));
        },
        /* For the address of the account, and for no other. */
        request(m) {
            need(account !== null && account.split(' ').pop() === m.address, 'refused');
            return result(lend([utf8(m.name), utf8(m.address)],
                (...a) => w.kr_request(held(m), 0, ...a)));
        },
        take(m) {
            const at = held(m);
            passed(lend([view(m.file)], (p, n) => w.kr_take(at, p, n)));
            return contents(m.handle, at);
        },
        /* Written with the passphrase, opened again and compared, all inside. */
        rewrap(m) {
            const at = held(m);
            return result(lend([view(m.passphrase)],
                (p, n) => w.kr_rewrap(at, p, n, m.iterations >>> 0)));
        },
        /* What was opened by itself stays unlocked, as if its passphrase had been given once more. */
        keep(m) {
            const at = held(m), fresh = ring === 0;
            const into = fresh ? w.kr_new() : ring;
            need(into, 'failed');
            const rc = w.kr_join(into, at);
            if (rc !== 0 && fresh) w.kr_close(into);
            passed(rc);
            return unlocked(into, m);
        },
        close(m) {
            const o = opened.get(m.handle);
            if (o) w.kr_close(o.at);
            opened.delete(m.handle);
            return {};
        },
        strong(m) {
            return lend([view(m.file)], (p, n) => w.kr_is_strong(p, n, m.iterations >>> 0)) === 0;
        },
        digest(m, port) {
            need(digests.size < MAX_DIGESTS, 'too_many');
            const at = lend([named(String(m.name))], (p) => w.kr_digest_new(p));
            need(at, 'unsupported');
            digests.set(nextId, {at, port, name: m.name});
            return nextId++;
        },
        add(m) {
            const d = digests.get(m.digest);
            need(d, 'unknown');
            lend([view(m.bytes)], (p, n) => w.kr_digest_add(d.at, p, n));
            return {};
        },
        drop(m) {
            const d = digests.get(m.digest);
            if (d) endDigest(d.at);
            digests.delete(m.digest);
            return {};
        },
        /* Signs attributes over what was streamed into this Worker, and over nothing else. */
        sign(m) {
            const d = digests.get(m.digest);
            need(d, 'unknown');
            digests.delete(m.digest);
            const sum = endDigest(d.at);
            const key = keyOf(m.fingerprint);
            spend('sign', m);
            return result(lend([view(m.attributes), sum, named(d.name)],
                (a, an, s, sn, name) => w.kr_sign(ring, key, a, an, s, sn, name, m.pss ? 1 : 0)));
        },
        unwrap(m) {
            const key = keyOf(m.fingerprint);
            spend('decrypt', m);
            return result(lend([view(m.algorithm), view(m.encrypted)],
                (a, an, e, en) => w.kr_unwrap(ring, key, a, an, e, en, m.size >>> 0)));
        },
        derive(m) {
            const key = keyOf(m.fingerprint);
            spend('decrypt', m);
            return result(lend([view(m.algorithm), view(m.originator), m.ukm && view(m.ukm),
                view(m.encrypted)], (...a) => w.kr_derive(ring, key, ...a)));
        },
        bye(m, port) {
            for (const [id, d] of digests) if (d.port === port) ops.drop({digest: id});
            for (const [id, o] of opened) if (o.port === port) ops.close({handle: id});
            ports.delete(port);
            return {};
        },
    };
    const EARLY = ['hello', 'start', 'bye', 'lock', 'logout', 'touch', 'timeout'];

    async function run(m, port) {
        need(await safe, 'unsafe');
        need(Object.hasOwn(ops, m.op), 'invalid');
        if (!EARLY.includes(m.op)) {
            need(module, 'not_started');
            if (!w) instantiate();
        }
        return ops[m.op](m, port);
    }

    async function answer(m, port) {
        const reply = {id: m.id};
        try {
            reply.value = await run(m, port);
        } catch (e) {
            // A trap inside the module leaves its memory undefined: nothing of it is kept.
            if (!(e instanceof Refusal)) lock('fault');
            reply.error = e instanceof Refusal ? e.word : 'failed';
        } finally {
            if (m.passphrase instanceof Uint8Array) m.passphrase.fill(0);
        }
        const out = reply.value;
        port.postMessage(reply, out instanceof Uint8Array ? [out.buffer] : []);
    }

    /* Messages of all tabs one after the other. */
    let queue = Promise.resolve();
    function attach(port) {
        ports.add(port);
        port.onmessage = (e) => {
            const m = e.data;
            if (m && typeof m === 'object') queue = queue.then(() => answer(m, port));
        };
    }

    scope.setInterval(() => {
        const now = Date.now(), late = now - lastTick > SLEPT;
        lastTick = now;
        // A file that was only looked into (the import) is a key in memory all the same.
        if (!ring && opened.size === 0) return;
        if (late) lock('sleep');
        else if (lockAfter > 0 && now - lastUse > lockAfter * 60000) lock('idle');
    }, TICK);

    if ('onconnect' in scope) scope.onconnect = (e) => attach(e.ports[0]);
    else attach(scope);
})(self);

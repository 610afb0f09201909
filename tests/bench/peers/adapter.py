"""Waxseal for the bench harness (its README.md describes the interface; its adapters.py is imported from there).

Three contestants of one instance:
  Waxseal           what the page asks for; the server may answer a list from its cache after asking IMAP for news
  WaxsealChanged    a flag of the page's messages is changed by another IMAP session before each list (not timed)
  WaxsealUnchanged  the page's second visit: If-None-Match, answered 304
The browser's private operations (unwrapping a content key, signing) are done by libcrypto in this process."""
import base64, ctypes, ctypes.util, hashlib, json, os, subprocess, tempfile, urllib.parse as U, uuid
from adapters import Adapter, Http, Imap, Bad, PASS, now

INBOX = base64.urlsafe_b64encode(b'INBOX').decode().rstrip('=')
MESSAGES = f'/api/v1/folders/{INBOX}/messages'
b64 = lambda b: base64.b64encode(b).decode()


class Key:
    """A private RSA key held by libcrypto: what the keyring does in the browser's worker."""
    def __init__(self, pem):
        self.lib = L = ctypes.CDLL(ctypes.util.find_library('crypto'))
        for f in ('BIO_new_mem_buf', 'PEM_read_bio_PrivateKey', 'EVP_PKEY_CTX_new', 'EVP_MD_CTX_new', 'EVP_sha256'):
            getattr(L, f).restype = ctypes.c_void_p
        data = open(pem, 'rb').read()
        self.key = ctypes.c_void_p(L.PEM_read_bio_PrivateKey(ctypes.c_void_p(L.BIO_new_mem_buf(data, len(data))), None, None, None))
        if not self.key: raise Bad(f'no key in {pem}')

    def decrypt(self, wrapped, oaep):
        L, n = self.lib, ctypes.c_size_t(1024)
        out = ctypes.create_string_buffer(1024)
        c = ctypes.c_void_p(L.EVP_PKEY_CTX_new(self.key, None))
        ok = L.EVP_PKEY_decrypt_init(c) == 1 and L.EVP_PKEY_CTX_set_rsa_padding(c, 4 if oaep else 1) == 1
        ok = ok and L.EVP_PKEY_decrypt(c, out, ctypes.byref(n), wrapped, ctypes.c_size_t(len(wrapped))) == 1
        L.EVP_PKEY_CTX_free(c)
        if not ok: raise Bad('content key')
        return out.raw[:n.value]

    def sign(self, data):
        L, n = self.lib, ctypes.c_size_t(1024)
        out = ctypes.create_string_buffer(1024)
        c = ctypes.c_void_p(L.EVP_MD_CTX_new())
        ok = L.EVP_DigestSignInit(c, None, ctypes.c_void_p(L.EVP_sha256()), None, self.key) == 1
        ok = ok and L.EVP_DigestSign(c, out, ctypes.byref(n), data, ctypes.c_size_t(len(data))) == 1
        L.EVP_MD_CTX_free(c)
        if not ok: raise Bad('signature')
        return out.raw[:n.value]


class Session(Http):
    """What a page of ours knows: the token, the INBOX's UIDVALIDITY."""
    def __init__(self, base, user):
        super().__init__(base)
        self.user = user
        s = self.api('POST', '/api/v1/signin', {'username': f'{user}@bench.test', 'password': PASS})
        self.h['X-Waxseal-Csrf'] = s['csrf']
        self.mine = {'Accept': 'application/json'}

    def api(self, method, path, body=None, **more):
        return json.loads(self.req(method, path, None if body is None else json.dumps(body),
                                   {'Content-Type': 'application/json'} if body is not None else None, **more))


class Waxseal(Adapter):
    name = 'waxseal'
    services = ['waxseald', 'waxseal-nginx', 'waxseal-redis', 'waxseal-fetch', 'dovecot']
    app = ['waxseald']
    mark = '"uidvalidity"'
    LIST = MESSAGES + '?offset=%d&limit=50&threads=1' # as the page asks: conversations are the default

    def login(self, user):
        s = Session(self.base, user)
        page = s.api('GET', self.LIST % 0)
        s.validity = page['uidvalidity']
        return s

    def first_page(self, user):
        t = now()
        s = Session(self.base, user)
        html = s.req('GET', '/mail/')
        page, folders = s.api('GET', self.LIST % 0), s.api('GET', '/api/v1/folders')
        e = now() - t
        if b'id="boot"' not in html or len(page['messages']) != 50 or len(folders['folders']) < 5: raise Bad('first page')
        return e

    def list(self, s, page=1):
        t = now()
        d = s.req('GET', self.LIST % (50 * (page - 1)))
        e = now() - t
        if d.count(b'"message_id"') != 50: raise Bad(f'list {d.count(b"message_id")}')
        return e

    def list_raw(self, s): return s.raw('GET', self.LIST % 0)
    def list2_raw(self, s): return s.raw('GET', self.LIST % 50)

    def url(self, s, uid, behind=''): return f'{MESSAGES}/{uid}{behind}?uidvalidity={s.validity}'

    def open(self, s, uid, kind):
        t = now()
        d = s.req('GET', self.url(s, uid))
        e = now() - t
        if b'PROBE' not in d or b'"parts":[{' not in d: raise Bad('open')
        return e

    def open_raw(self, s, uid): return s.raw('GET', self.url(s, uid))

    def download(self, s, uid):
        big = getattr(s, 'big', None) or max(s.api('GET', self.url(s, uid))['attachments'], key=lambda a: a['size'])
        s.big = big # the page knows it from opening the message, as the peers' adapters do
        t = now()
        n = s.req('GET', self.url(s, uid, f'/parts/{big["id"]}') + f'&size={big["size"]}', drain=True)
        e = now() - t
        if n < 25000000: raise Bad(f'download {n}')
        return e

    def search(self, s, kind, term, hits):
        body = {'text': f'{kind}:{term}', 'scope': 'all' if kind == 'body' else 'headers', 'filters': {}, 'offset': 0, 'limit': 50}
        t = now()
        r = s.api('POST', f'/api/v1/folders/{INBOX}/search', body)
        e = now() - t
        if r['total'] != hits or len(r['messages']) != min(hits, 50): raise Bad(f'search {r["total"]} != {hits}')
        return e

    def _compose(self, s, blob, **more):
        head = {'submission': str(uuid.uuid4()), 'from': {'name': '', 'address': f'{s.user}@bench.test'}, 'to': [{'name': '', 'address': 'bob@bench.test'}],
                'cc': [], 'bcc': [], 'reply_to': None, 'subject': 'bench send', 'text': 'hello', 'html': None, 'in_reply_to': None, 'references': None,
                'mode': 'none', 'may_encrypt': False, 'signer': None, 'attachments': [{'name': 'one.bin', 'type': 'application/octet-stream', 'size': len(blob), 'content_id': None}], **more}
        j = json.dumps(head).encode()
        return b'%d\n' % len(j) + j + blob

    def _send(self, s, blob, sign=None, **more):
        t = now()
        p = json.loads(s.req('POST', '/api/v1/compose/prepare', self._compose(s, blob, **more), {'Content-Type': 'application/vnd.waxseal.compose'}))
        r = s.api('POST', '/api/v1/compose/finish', {'ticket': p['ticket'], 'signature': sign(p) if sign else None, 'content_key': p['content_key']})
        e = now() - t
        if r['status'] != 'sent' or not r['sent_copy']: raise Bad('send ' + json.dumps(r)[:300])
        return e

    def send(self, s, blob): return self._send(s, blob)

    # --- S/MIME: alice's key file in the vault, bob's certificate in the address book
    def smime_setup(self, s, certs):
        s.certs, s.key = certs, Key(f'{certs}/alice.key')
        issued = os.environ['BENCH_DATA'] + '/waxseal/demo/%s-issued.pem'
        der = lambda f: subprocess.run(['openssl', 'x509', '-in', f, '-outform', 'DER'], stdout=subprocess.PIPE, check=True).stdout
        if not s.api('GET', '/api/v1/smime/keys')['keys']:
            with tempfile.NamedTemporaryFile() as f:
                subprocess.run(['openssl', 'pkcs12', '-export', '-in', f'{certs}/alice.crt', '-inkey', f'{certs}/alice.key', '-certfile', issued % 'alice',
                                '-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC', '-iter', '600000', '-macalg', 'sha256', '-passout', f'pass:{PASS}', '-out', f.name], check=True)
                s.api('POST', '/api/v1/smime/keys', {'p12': b64(f.read()), 'label': 'bench', 'certificates': [b64(der(f'{certs}/alice.crt')), b64(der(issued % 'alice'))]})
            own = hashlib.sha256(der(issued % 'alice')).hexdigest()
            s.api('PUT', '/api/v1/smime/primary', {'sign': own, 'encrypt': own})
            s.api('POST', '/api/v1/smime/certificates', {'address': 'bob@bench.test', 'certificate': b64(der(issued % 'bob'))})
        self.signer = s.api('GET', '/api/v1/smime/keys')['primary']['sign']
        self.key = s.key

    def smime_open(self, s, uid, kind):
        t = now()
        m = s.api('GET', self.url(s, uid))
        keys = []
        while m['security'] and m['security']['job']:
            job = m['security']['job']
            mine = next(r for r in job['recipients'] if r['mine'])
            keys.append({'layer': job['layer'], 'content_key': b64(self.key.decrypt(base64.b64decode(mine['encrypted_key']), mine['kind'] == 'rsa-oaep'))})
            m = s.api('POST', f'{MESSAGES}/{uid}/open', {'uidvalidity': s.validity, 'keys': keys})
        e = now() - t
        signers = (m['security']['signature'] or {}).get('signers') or [{}]
        size = sum(len(p['content']) for p in m['parts']) + sum(a['size'] for a in m['attachments'])
        if size < 9000 or signers[0].get('integrity') not in ('ok', 'intact', 'valid', 'good', True): raise Bad(f'{m["security"]["verdict"]} {size} {signers[0].get("integrity")}')
        return e

    def smime_send(self, s, blob):
        e = self._send(s, blob, sign=lambda p: b64(self.key.sign(base64.b64decode(p['attributes']))), mode='sign_encrypt', may_encrypt=True, signer=self.signer)
        if b'pkcs7-mime' not in open(os.environ['BENCH_DATA'] + '/run/last.eml', 'rb').read(4096): raise Bad('sent, but not encrypted')
        return e


class Lists(Waxseal):
    """Only what a list is; everything else is the same as above."""
    def first_page(self, user): raise NotImplementedError
    def open(self, *_): raise NotImplementedError
    def open_raw(self, *_): raise NotImplementedError
    def download(self, *_): raise NotImplementedError
    def search(self, *_): raise NotImplementedError
    def send(self, *_): raise NotImplementedError
    def smime_setup(self, *_): raise NotImplementedError
    def smime_open(self, *_): raise NotImplementedError
    def smime_send(self, *_): raise NotImplementedError
    def list_raw(self, *_): raise NotImplementedError
    list2_raw = list_raw


class WaxsealChanged(Lists):
    name = 'waxseal-changed'

    def login(self, user):
        s = super().login(user)
        s.other = Imap(int(os.environ['P_IMAP']))
        s.other.cmd(f'LOGIN {user} {PASS}')
        s.total = int(s.other.cmd('SELECT INBOX').split(b' EXISTS')[0].split()[-1])
        s.flip = False
        return s

    def list(self, s, page=1):
        s.flip = not s.flip
        s.other.cmd(f'STORE {s.total - 50 * page + 25} {"+" if s.flip else "-"}FLAGS.SILENT (\\Answered)')
        return super().list(s, page)


class WaxsealUnchanged(Lists):
    name = 'waxseal-304'

    def list(self, s, page=1):
        path = self.LIST % (50 * (page - 1))
        s.c.request('GET', path, None, s.headers()) # not timed: another contestant may have changed a flag
        r = s.c.getresponse()
        if r.read().count(b'"message_id"') != 50: raise Bad('list')
        tag = r.getheader('ETag')
        t = now()
        d = s.req('GET', path, None, {'If-None-Match': tag}, want=304)
        e = now() - t
        if d: raise Bad('a body with 304')
        return e

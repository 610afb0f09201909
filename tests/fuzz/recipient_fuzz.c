/* Any bytes are the RecipientInfos of an enveloped message: every recipient that is read has what
 * the keyring needs of its kind, in DER. The first byte chooses the structure around them. */
#include <stdint.h>
#include <stdlib.h>

#include "crypto/ber.h"
#include "crypto/cms.h"

#define OID_ENVELOPED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
#define OID_AUTH_ENVELOPED "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"
#define CIPHER(last)                                                                               \
    "\x30\x2c\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03" \
    "\x04\x01" last "\x05\x00\x80\x10"

static void put(struct buf *out, unsigned char id, str_t content)
{
    const char head[] = {(char) id, (char) 0x83, (char) (content.n >> 16), (char) (content.n >> 8),
                         (char) content.n};
    if (!buf_add(out, head, sizeof head) || !buf_str(out, content)) abort();
}

static void wrap(struct buf *b, unsigned char id, str_t before)
{
    struct buf out = BUF_INIT(1u << 22);
    if (!buf_str(&out, before)) abort();
    put(&out, id, buf_view(b));
    buf_free(b);
    *b = out;
}

static void envelope(str_t infos, bool auth, struct buf *b)
{
    put(b, BER_SET, infos);
    buf_str(b, auth ? STR(CIPHER("\x2e")) : STR(CIPHER("\x2a")));
    buf_str(b, STR("sixteen bytes, 1"));
    if (auth) buf_str(b, STR("\x04\x10sixteen bytes, 2"));
    struct buf version = BUF_INIT(1u << 22);
    if (!buf_str(&version, STR("\x02\x01\x00")) || !buf_str(&version, buf_view(b))) abort();
    buf_free(b);
    *b = version;
    wrap(b, BER_SEQUENCE, STR(""));
    wrap(b, BER_CONTEXT_CONS(0), auth ? STR(OID_AUTH_ENVELOPED) : STR(OID_ENVELOPED));
    wrap(b, BER_SEQUENCE, STR(""));
}

static void check_der(str_t der, unsigned char id, struct arena *a)
{
    struct ber r = ber_start(der);
    struct ber_value v;
    str_t again;
    if (!ber_expect(&r, id, &v) || !ber_end(&r)) abort();
    if (!ber_to_der(&v, a, &again) || !str_eq(der, again)) abort();
}

static void check(const struct cms_recipient *r, unsigned index, struct arena *a)
{
    if (r->index != index) abort();
    if (r->kind == CMS_KEY_OTHER) return;
    check_der(r->key_algorithm, BER_SEQUENCE, a);
    if (r->kind == CMS_KEY_ECDH) check_der(r->originator_key, BER_SEQUENCE, a);
    if (!r->encrypted_key.p) abort();
    if (r->issuer.p)
        check_der(r->issuer, BER_SEQUENCE, a);
    else if (!r->key_identifier.p)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(16u << 20);
    struct buf b = BUF_INIT(1u << 22);
    struct cms_envelope env;
    if (a && n > 0 && n < 300000) {
        bool auth = bytes[0] & 1;
        envelope(str_n(bytes + 1, n - 1), auth, &b);
        if (cms_envelope_read(buf_view(&b), a, &env, NULL) == RC_OK) {
            if (env.key_bytes != 32 || env.authenticated != auth || env.count > 4096) abort();
            for (size_t i = 0; i < env.count; i++)
                check(&env.recipients[i], (unsigned) i, a);
        }
    }
    buf_free(&b);
    arena_free(a);
    return 0;
}

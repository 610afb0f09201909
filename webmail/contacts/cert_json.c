#include "base/b64.h"
#include "webmail/contacts/contacts.h"

struct cert *cert_from_json(const json_t *text, struct arena *a)
{
    struct cert *cert = NULL;
    struct err ignored = {0};
    str_t der;
    if (!json_is_string(text) || !b64_decode(a, json_text(text), &der) ||
        cert_parse(der, &cert, &ignored) != RC_OK)
        return NULL;
    return cert;
}

json_t *cert_json(const struct cert *cert, struct arena *a)
{
    struct cert_info info;
    struct err e = {0};
    if (cert_describe(cert, a, &info, &e) != RC_OK) return NULL;
    json_t *v = json_object(), *addresses = json_array(), *key = json_object();
    for (size_t i = 0; i < info.address_count; i++)
        json_array_append_new(addresses, json_from_str(info.addresses[i]));
    json_put_str(key, "algorithm", str_c(info.key_algorithm));
    json_put_int(key, "bits", info.key_bits);
    json_put_str(key, "curve", info.curve);
    json_put_str(v, "fingerprint", cert_fingerprint(cert));
    json_put_str(v, "subject", info.subject);
    json_put_str(v, "issuer", info.issuer);
    json_put_str(v, "serial", info.serial);
    json_object_set_new(v, "addresses", addresses);
    json_put_str(v, "not_before", time_text(a, info.not_before));
    json_put_str(v, "not_after", time_text(a, info.not_after));
    json_object_set_new(v, "key", key);
    json_put_bool(v, "can_sign", info.can_sign);
    json_put_bool(v, "can_encrypt", info.can_encrypt);
    json_put_bool(v, "weak", info.weak);
    json_put_str(v, "der", b64_encode(a, cert_der(cert)));
    return v;
}

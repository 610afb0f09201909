/* Documents of the registry: read or refused; what was read is written and read again as the same.
 * The same records alone, as Redis holds them. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "policy/document.h"

static void read_alone(str_t text)
{
    for (int kind = 0; kind < RECORD_KINDS; kind++) {
        json_t *row = NULL, *again = NULL;
        if (record_parse((enum record_kind) kind, text, &row, NULL) != RC_OK) continue;
        if (record_read((enum record_kind) kind, row, &again, NULL) != RC_OK) abort();
        if (!json_equal(row, again)) abort();
        json_decref(row);
        json_decref(again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct config_plan plan = {STR_INIT("enterprise"), true};
    static const struct config config = {.plans = &plan, .plan_count = 1};
    json_t *in = NULL, *document = NULL, *again = NULL;
    struct err e = {0};
    read_alone(str_n(bytes, n));
    if (json_parse_object(str_n(bytes, n), &in, NULL) != RC_OK) return 0;
    if (document_read(&config, in, &document, &e) == RC_OK) {
        if (document_read(&config, document, &again, &e) != RC_OK) abort();
        if (!json_equal(document, again)) abort();
    } else if (!e.message[0]) {
        abort();
    }
    json_decref(in);
    json_decref(document);
    json_decref(again);
    return 0;
}

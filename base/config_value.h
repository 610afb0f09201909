/* Values of the configuration that name a place. True when it is one; slices of text, or in the
 * arena. */
#ifndef WAXSEAL_BASE_CONFIG_VALUE_H
#define WAXSEAL_BASE_CONFIG_VALUE_H

#include "base/config.h"

/* SCHEME://HOST:PORT[?OPTION&OPTION]; HOST may be [IPv6]. Without TLS only on this machine. */
bool config_read_endpoint(str_t text, struct config_endpoint *out);
/* HOST:PORT or [IPv6]:PORT. */
bool config_read_place(struct arena *a, str_t text, struct config_place *out);
/* unix:PATH or HOST:PORT, on this machine: mail goes over it in the clear. */
bool config_read_listen(struct arena *a, str_t text, struct config_hop *out);
/* The same behind smtp: or lmtp: */
bool config_read_hop(struct arena *a, str_t text, struct config_hop *out);
/* Something with an @ that no command of a mail server can be made of. */
bool config_is_address(str_t s);

#endif

#include "base/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

rc_t secret_file_read(struct arena *a, str_t path, size_t most, str_t *out, struct err *e)
{
    struct stat st;
    const char *name = arena_cstr(a, path);
    int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return err_set(e, RC_INVALID, "%s: %s", name ? name : "", strerror(errno));
    char *p = arena_alloc(a, most + 1);
    ssize_t n = p ? read(fd, p, most + 1) : -1;
    bool open_to_others = fstat(fd, &st) != 0 || (st.st_mode & 0077) != 0;
    close(fd);
    if (open_to_others)
        return err_set(e, RC_INVALID, "%s: may be readable by its owner only (mode 0600)", name);
    if (n < 0 || (size_t) n > most) return err_set(e, RC_INVALID, "%s: unexpected length", name);
    *out = str_n(p, (size_t) n);
    return RC_OK;
}

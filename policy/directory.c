#include "policy/directory.h"

bool directory_shared(str_t organisation, enum organisation_directory directory,
                      const struct entitlement *other)
{
    if (!organisation.n || directory == DIRECTORY_OFF) return false;
    return other->directory != DIRECTORY_OFF && !other->suspended &&
           str_eq(organisation, other->organisation);
}

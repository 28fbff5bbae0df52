/*
 * xmlprep.h -- request bytes as clean UTF-8 that libxml2 may be given.
 * Only xmlr.c needs it.
 */
#ifndef BASE_XMLPREP_H
#define BASE_XMLPREP_H

#include "arena.h"

/*
 * UTF-8 or UTF-16, by BOM, charset (from Content-Type, or NULL) or the look of
 * the first character, becomes UTF-8 without BOM. Characters that XML 1.0
 * forbids, and references to them, are dropped and logged. *out: the bytes
 * themselves or on the arena. E_INVALID with a sentence that names the line:
 * another charset, broken bytes, nothing at all, too many bytes, or an element
 * with so many attributes that libxml2 would take minutes over it.
 */
enum outcome xmlprep(struct arena *a, struct str bytes, const char *charset, struct str *out,
    struct err *e) WARN_UNUSED;

#endif

/*
 * value.h -- a column's text as canonical value (sync/field.h) and back.
 */
#ifndef DB_VALUE_H
#define DB_VALUE_H

#include "arena.h"
#include "db.h"
#include "list.h"

/* NULL and *out set (borrowed from raw, or on the arena), or why the row cannot be shown. */
const char *value_read(const struct list *l, const struct column *c, struct str raw,
    struct arena *a, struct str *out);
/* created and modified: UTC seconds, INT64_MIN for NULL or nonsense. */
int64_t value_instant(const struct list *l, enum column_class class, struct str raw);
/* Does a column of that class hold values of that type? */
bool value_fits(enum value_type type, enum column_class class);
/* The same for what its field means: a person is no date. l: NULL, or its key is known. */
bool value_fits_column(const struct list *l, const struct column *c, enum column_class class);
/*
 * What to write. E_INVALID when the column would read back another value. who:
 * the field as it stands in a sentence.
 */
enum outcome value_write(const struct list *l, const struct column *c, struct str value,
    struct arena *a, struct db_arg *out, struct err *e) WARN_UNUSED;

#endif

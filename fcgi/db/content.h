/*
 * content.h -- the content of documents (FIELD_CONTENT): how SQL says what is known
 * of it, and how it is written. Read it is by store_document_read.
 */
#ifndef DB_CONTENT_H
#define DB_CONTENT_H

#include "view.h"

/*
 * "<bytes>:<SHA-256>" of column i. As a part of the fingerprint (prefix: SQL, else
 * NULL) its length stands before it, told without hashing twice.
 */
void content_value_sql(struct buf *b, const struct view *v, size_t i, const char *prefix);
/* What to write: a stream. */
enum outcome content_arg(const struct cell *cell, struct db_arg *out, struct err *e) WARN_UNUSED;
/* Into [source] content_view, where its row may be missing. */
enum outcome content_write(struct store *s, struct view *v, struct str key,
    const struct cell *cell, struct err *e) WARN_UNUSED;

#endif

/*
 * source_file.h -- files in a table of the list's own ([attachments] of its
 * provider file): what file.c and scan.c need of it.
 */
#ifndef DB_SOURCE_FILE_H
#define DB_SOURCE_FILE_H

#include "buf.h"
#include "maria.h"
#include "store.h"

struct view;

/*
 * Bytes of a version that stands in such a table; !*is_there: it does not, for its
 * bytes are in the sync database (an item without a row, or of before the table).
 */
enum outcome source_file_read(struct store *s, const struct list *l, const struct guid *guid,
    uint32_t version, uint64_t at, uint64_t n, struct sink *to, bool *is_there, struct err *e)
    WARN_UNUSED;
/* INSERT ... SELECT into the inbox: keys whose files differ from what their items remember. */
void source_file_scan_sql(const struct view *v, struct buf *b);

#endif

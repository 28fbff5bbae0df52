/*
 * harvest.h -- bring changes of the source into the log. Harvest is the only
 * writer of items besides apply; scans and triggers only fill the inbox.
 */
#ifndef SYNC_HARVEST_H
#define SYNC_HARVEST_H

#include "engine.h"

/*
 * OK if the sync database describes the list as this process does: while a new
 * provider file is taken up, workers with the old one and the new one must not
 * both judge what has changed. E_RETRY: it does not, but may in a moment;
 * E_UNAVAILABLE: the list was never numbered.
 */
enum outcome harvest_current(struct engine *g, const struct list *l, const struct list_state *st,
    struct err *e) WARN_UNUSED;

/* Stamp of a transaction's changes: now, never before the list's newest. */
uint64_t harvest_ticks(struct engine *g, const struct list_state *st, int64_t *now_s);

/*
 * Take up to max inbox rows (0: LIMIT_HARVEST_ROWS) in one transaction,
 * repeated after deadlocks. *taken: inbox rows consumed; 0: it was empty.
 */
enum outcome harvest_some(struct engine *g, const struct list *l, size_t max, size_t *taken,
    struct err *e) WARN_UNUSED;
/* What the row of this one key says now, whether or not the inbox knows of it. */
enum outcome harvest_key(struct engine *g, const struct list *l, struct str key, struct err *e)
    WARN_UNUSED;
/* Until the inbox is empty, at most `rows` rows. *left: it still holds some. */
enum outcome harvest_all(struct engine *g, const struct list *l, size_t rows, bool *left,
    struct err *e) WARN_UNUSED;
/*
 * First numbering: scan, take everything, say ready. Returns OK when the list
 * is ready. Used by the housekeeper; a list that is ready costs one read.
 */
enum outcome harvest_prepare(struct engine *g, const struct list *l, struct err *e) WARN_UNUSED;
/* Scan if the last one is older than the list's interval (or always when it is 0), then nothing else. */
enum outcome harvest_scan_if_due(struct engine *g, const struct list *l, bool force,
    struct err *e) WARN_UNUSED;
/*
 * The mapping that clients see differs from what the store remembers: raise
 * the schema version, remember it, scan. OK when nothing differs.
 */
enum outcome harvest_definition(struct engine *g, const struct list *l, struct err *e) WARN_UNUSED;
/* The database was restored: next ID + 1,000,000, versions + 1,000, full scan. */
enum outcome harvest_restored(struct engine *g, const struct list *l, struct err *e) WARN_UNUSED;

#endif

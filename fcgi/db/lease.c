/*
 * lease.c -- work that one process per site does, and what is purged by age.
 *
 * The lease's clock is the database's, so that hosts need not agree on theirs.
 */
#include "open.h"

#include "maria.h"
#include "stamp.h"

static enum outcome
take(struct store *s, struct str name, struct str holder, unsigned seconds, bool *is_mine,
    struct err *e)
{
	const struct db_arg arg[] = {
		DB_ARG_U64(seconds), DB_ARG_TEXT(holder), DB_ARG_TEXT(name), DB_ARG_TEXT(holder)
	};
	struct db_stmt *st = NULL;
	enum outcome rc = maria_run(s, S_LEASE_TAKE, arg, 4, &st, e);

	*is_mine = rc == OK && db_affected(st) > 0; /* rows found, changed or not */
	return rc;
}

enum outcome
store_lease(struct store *s, const char *name, const char *holder, unsigned seconds, bool *is_mine,
    struct err *e)
{
	const struct str n = str_of(name), h = str_of(holder);
	const struct db_arg made[] = { DB_ARG_TEXT(n) };
	enum outcome rc = take(s, n, h, seconds, is_mine, e);

	/* nobody's yet, or somebody else's: only the second try tells */
	if (rc == OK && !*is_mine) {
		rc = maria_do(s, S_LEASE_MAKE, made, 1, e);
		if (rc == OK)
			rc = take(s, n, h, seconds, is_mine, e);
	}
	s->is_keeper |= rc == OK && *is_mine; /* the next connection has more patience */
	return rc;
}

enum outcome
store_purge(struct store *s, const struct list *l, int64_t tombstones_before,
    int64_t receipts_before, struct err *e)
{
	const struct db_arg old[] = { DB_ARG_U64(l->no), DB_ARG_I64(tombstones_before) };
	const struct db_arg ticks[] = {
		DB_ARG_U64(l->no), DB_ARG_U64(stamp_ticks(tombstones_before, 0))
	};
	const struct db_arg receipts[] = { DB_ARG_U64(l->no), DB_ARG_I64(receipts_before) };
	enum outcome rc = maria_do(s, S_PURGE_REFS, old, 2, e);

	/* the log first: a token that still stands must find its tombstones */
	if (rc == OK)
		rc = maria_do(s, S_PURGE_CHANGES, ticks, 2, e);
	if (rc == OK)
		rc = maria_do(s, S_PURGE_ITEMS, old, 2, e);
	if (rc == OK)
		rc = maria_do(s, S_PURGE_RECEIPTS, receipts, 2, e);
	return rc;
}

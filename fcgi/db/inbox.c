/*
 * inbox.c -- keys whose row may have changed: read plainly (what is committed,
 * without a lock), written and deleted many in one packet.
 */
#include "store.h"

#include "maria.h"

/* Rows of (id, key, changed); room grows as they come. */
static enum outcome
read_inbox(struct store *s, struct db_stmt *st, struct inbox_row **rows, size_t *n, struct err *e)
{
	size_t room = 16, width;
	const struct str *col;
	enum outcome rc;

	*n = 0;
	*rows = ARENA_ARRAY(s->arena, struct inbox_row, room);
	while ((rc = db_next(st, &col, &width, e)) == OK) {
		if (*n == room) {
			struct inbox_row *more = ARENA_ARRAY(s->arena, struct inbox_row, room * 2);

			memcpy(more, *rows, room * sizeof(*more));
			*rows = more;
			room *= 2;
		}
		(*rows)[(*n)++] = (struct inbox_row){
			.id = maria_u64(col[0]),
			.key = arena_dup(s->arena, col[1]),
			.is_changed = maria_u64(col[2]) != 0
		};
	}
	return rc == E_NOT_FOUND ? OK : rc;
}

enum outcome
store_inbox(struct store *s, const struct list *l, size_t max, struct inbox_row **rows, size_t *n,
    struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_U64(max) };
	struct db_stmt *st = NULL;
	enum outcome rc = maria_run(s, S_INBOX, arg, 2, &st, e);

	if (rc == OK)
		rc = read_inbox(s, st, rows, n, e);
	if (st)
		db_reset(st);
	return rc;
}

enum outcome
store_inbox_of(struct store *s, const struct list *l, struct str key, struct inbox_row **rows,
    size_t *n, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_BYTES(key.p, key.n) };
	struct db_stmt *st = NULL;
	enum outcome rc = maria_run(s, S_INBOX_OF, arg, 2, &st, e);

	if (rc == OK)
		rc = read_inbox(s, st, rows, n, e);
	if (st)
		db_reset(st);
	return rc;
}

enum outcome
store_inbox_add(struct store *s, const struct list *l, const struct str *keys, size_t n,
    bool is_changed, struct err *e)
{
	struct db_arg *arg = ARENA_ARRAY(s->arena, struct db_arg, n * 3);
	size_t i;

	for (i = 0; i < n; i++) {
		arg[i * 3] = DB_ARG_U64(l->no);
		arg[i * 3 + 1] = DB_ARG_BYTES(keys[i].p, keys[i].n);
		arg[i * 3 + 2] = DB_ARG_U64(is_changed);
	}
	return maria_do_many(s, S_INBOX_ADD, arg, 3, n, e);
}

enum outcome
store_inbox_delete(struct store *s, const struct list *l, const struct inbox_row *rows, size_t n,
    struct err *e)
{
	struct db_arg *arg = ARENA_ARRAY(s->arena, struct db_arg, n);
	size_t i;

	(void)l; /* the id names the row */
	for (i = 0; i < n; i++)
		arg[i] = DB_ARG_U64(rows[i].id);
	return maria_do_many(s, S_INBOX_DELETE, arg, 1, n, e);
}

/*
 * file.c -- files attached to items: their bytes in parts of their own table,
 * written and read one part at a time.
 */
#include "store.h"

#include "limits.h"
#include "source_file.h"

/* ---- bytes ---- */

/* One part, read to its full length however short the single reads are. */
static bool
fill(const struct file_bytes *from, uint64_t at, char *p, size_t n)
{
	size_t got;

	for (; n; at += got, p += got, n -= got)
		if (!from->read(from->arg, at, p, n, &got) || got == 0)
			return false;
	return true;
}

enum outcome
store_content_put(struct store *s, const struct list *l, const struct guid *guid,
    const struct file_bytes *from, struct err *e)
{
	struct arena_mark mark = arena_mark(s->arena);
	char *piece = arena_get(s->arena, FILE_PART_BYTES);
	enum outcome rc = OK;
	uint64_t at;

	(void)l;
	for (at = 0; rc == OK && at < from->size; at += FILE_PART_BYTES) {
		size_t n = from->size - at < FILE_PART_BYTES ? (size_t)(from->size - at)
		    : FILE_PART_BYTES;
		const struct db_arg arg[] = { DB_ARG_BYTES(guid->b, sizeof(guid->b)),
			DB_ARG_U64(at / FILE_PART_BYTES), DB_ARG_BYTES(piece, n) };

		if (!fill(from, at, piece, n))
			rc = err_set(e, E_UNAVAILABLE, "The file could not be read back on this "
			    "server. Send it again.");
		else
			rc = maria_do(s, S_PART_ADD, arg, 3, e);
	}
	arena_release(s->arena, &mark);
	return rc;
}

struct reading {
	uint64_t at, left;          /* next byte that is wanted; how many */
	struct sink *to;
};

/* What is wanted of one part. */
static enum outcome
take_part(struct reading *r, uint64_t seq, struct str data, struct err *e)
{
	uint64_t begin = seq * FILE_PART_BYTES, skip = r->at - begin;

	if (r->at < begin || skip >= data.n)
		return err_set(e, E_FAILED, "A part of the file is missing in the database.");
	data = (struct str){ data.p + skip, data.n - (size_t)skip };
	if (data.n > r->left)
		data.n = (size_t)r->left;
	sink_write(r->to, data.p, data.n);
	r->at += data.n;
	r->left -= data.n;
	return OK;
}

enum outcome
store_file_read(struct store *s, const struct list *l, const struct guid *guid, uint32_t version,
    uint64_t at, uint64_t n, struct sink *to, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_BYTES(guid->b, sizeof(guid->b)),
		DB_ARG_U64(version), DB_ARG_U64(at / FILE_PART_BYTES),
		DB_ARG_U64((at + (n ? n - 1 : 0)) / FILE_PART_BYTES) };
	struct reading r = { at, n, to };
	bool is_there;
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t width;
	enum outcome rc;

	if (n == 0)
		return OK;
	if (l->files.table) {
		rc = source_file_read(s, l, guid, version, at, n, to, &is_there, e);
		if (rc != OK || is_there)
			return rc;
	}
	rc = maria_run(s, S_FILE_READ, arg, 5, &st, e);
	while (rc == OK && r.left && !to->failed && (rc = db_next(st, &col, &width, e)) == OK)
		rc = take_part(&r, maria_u64(col[0]), col[1], e);
	if (st)
		db_reset(st);
	if (rc == E_NOT_FOUND) /* an end before the last wanted byte */
		return r.at == at ? err_set(e, E_NOT_FOUND, "The file is not there any more.")
		    : err_set(e, E_FAILED, "The end of the file is missing in the database.");
	return rc;
}

/* ---- files ---- */

static void
read_row(struct store *s, const struct str *col, struct file *out)
{
	out->version = (uint32_t)maria_u64(col[0]);
	out->item = (uint32_t)maria_u64(col[1]);
	out->name = arena_dup(s->arena, col[2]);
	out->size = maria_u64(col[3]);
	if (col[4].n == sizeof(out->digest))
		memcpy(out->digest, col[4].p, sizeof(out->digest));
	if (col[5].n == sizeof(out->content.b))
		memcpy(out->content.b, col[5].p, sizeof(out->content.b));
	out->modified = maria_i64(col[6]);
	out->editor = arena_dup(s->arena, col[7]);
}

enum outcome
store_files_of(struct store *s, const struct list *l, uint32_t item, struct file **files,
    size_t *n, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_U64(item) };
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t width;
	enum outcome rc = maria_run(s, S_FILES_OF, arg, 2, &st, e);

	*files = ARENA_ARRAY(s->arena, struct file, LIMIT_ITEM_FILES);
	for (*n = 0; rc == OK && *n < LIMIT_ITEM_FILES; ++*n) {
		struct file *f = &(*files)[*n];

		rc = db_next(st, &col, &width, e);
		if (rc != OK)
			break;
		read_row(s, col, f);
		if (col[8].n == sizeof(f->guid.b))
			memcpy(f->guid.b, col[8].p, sizeof(f->guid.b));
	}
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : rc;
}

enum outcome
store_file(struct store *s, const struct list *l, const struct guid *guid, uint32_t version,
    struct file *out, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_BYTES(guid->b, sizeof(guid->b)),
		DB_ARG_U64(version) };
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t width;
	enum outcome rc = maria_run(s, S_FILE, arg, 3, &st, e);

	*out = (struct file){ .guid = *guid };
	if (rc == OK)
		rc = db_next(st, &col, &width, e);
	if (rc == OK)
		read_row(s, col, out);
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : rc;
}

enum outcome
store_file_add(struct store *s, const struct list *l, const struct file *f, struct err *e)
{
	const struct str editor = f->editor.p ? f->editor : STR("");
	const struct db_arg arg[] = { DB_ARG_U64(l->no),
		DB_ARG_BYTES(f->guid.b, sizeof(f->guid.b)), DB_ARG_U64(f->version),
		DB_ARG_U64(f->item), DB_ARG_TEXT(f->name), DB_ARG_U64(f->size),
		DB_ARG_BYTES(f->digest, sizeof(f->digest)),
		DB_ARG_BYTES(f->content.b, sizeof(f->content.b)), DB_ARG_I64(f->modified),
		DB_ARG_TEXT(editor) };

	return maria_do(s, S_FILE_ADD, arg, sizeof(arg) / sizeof(*arg), e);
}

enum outcome
store_file_end(struct store *s, const struct list *l, const struct file *f, int64_t kept_at,
    struct err *e)
{
	const struct db_arg keep[] = { DB_ARG_I64(kept_at), DB_ARG_U64(l->no),
		DB_ARG_BYTES(f->guid.b, sizeof(f->guid.b)), DB_ARG_U64(f->version) };
	const struct db_arg trim[] = { DB_ARG_U64(l->no), DB_ARG_U64(f->item) };
	enum outcome rc;

	if (!kept_at)
		return maria_do(s, S_FILE_DROP, keep + 1, 3, e);
	rc = maria_do(s, S_FILE_KEEP, keep, 4, e);
	return rc == OK ? maria_do(s, S_FILES_TRIM, trim, 2, e) : rc;
}

enum outcome
store_files_move(struct store *s, const struct list *l, uint32_t from, uint32_t to, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(to), DB_ARG_U64(l->no), DB_ARG_U64(from) };

	return maria_do(s, S_FILES_MOVE, arg, 3, e);
}

enum outcome
store_purge_files(struct store *s, const struct list *l, int64_t tombstones_before,
    int64_t kept_before, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_I64(kept_before),
		DB_ARG_I64(tombstones_before) };

	return maria_do(s, S_PURGE_FILES, arg, 3, e);
}

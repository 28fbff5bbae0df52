/*
 * people.c -- the table of users, [users] of owsd.ini: one indexed question per
 * person, on a connection beside the one whose rows are being streamed.
 */
#include "people.h"

#include <stdio.h>

#include "maria.h"
#include "num.h"
#include "view.h"

#define SQL_BYTES (4 * KIB) /* five names of at most 192 bytes, quoted */

void
maria_side_close(struct store *s)
{
	for (size_t i = 0; i < PERSON_BY__MAX; i++)
		db_unprepare(&s->person[i]);
	db_close(&s->side);
}

static enum outcome
connect_side(struct store *s, struct err *e)
{
	struct db_conf conf = {
		.socket = s->conf->socket, .host = s->conf->host, .port = s->conf->port,
		.user = s->conf->user, .password = s->conf->password,
		.database = s->conf->database, .timeout_s = s->conf->timeout_s
	};

	if (s->side && !db_is_lost(s->side) && !db_hung_up(s->side))
		return OK;
	maria_side_close(s);
	return db_open(&conf, &s->side, e);
}

static void
member(struct buf *b, const char *name, bool is_text)
{
	if (!*name) {
		buf_addf(b, ", ''");
		return;
	}
	buf_addf(b, is_text ? ", CAST(" : ", ");
	(void)view_ident(b, name);
	buf_addf(b, is_text ? " AS CHAR)" : "");
}

static enum outcome
prepare(struct store *s, const struct people_conf *c, enum person_by by, struct err *e)
{
	const char *const where[] = { [PERSON_BY_LOGIN] = c->login, [PERSON_BY_ID] = c->id,
		[PERSON_BY_MAIL] = c->mail };
	enum outcome rc;
	struct buf b;

	if (s->person[by])
		return OK;
	buf_init(&b, SQL_BYTES);
	buf_addf(&b, "SELECT 0");
	member(&b, c->id, true);
	member(&b, c->login, true);
	member(&b, c->name, true);
	member(&b, c->mail, true);
	buf_addf(&b, " FROM ");
	(void)view_ident(&b, c->schema);
	buf_addf(&b, ".");
	(void)view_ident(&b, c->view);
	buf_addf(&b, " WHERE ");
	(void)view_ident(&b, where[by]);
	buf_addf(&b, " = ? ORDER BY ");
	(void)view_ident(&b, c->id);
	buf_addf(&b, " LIMIT 1");
	rc = db_prepare(s->side, b.p, &s->person[by], e);
	buf_clear(&b);
	return rc;
}

static enum outcome
ask(struct store *s, const struct people_conf *c, enum person_by by, struct str value,
    struct person *out, struct err *e)
{
	const struct db_arg arg = DB_ARG_TEXT(value);
	const struct str *col;
	uint64_t id = 0;
	size_t n;
	enum outcome rc = prepare(s, c, by, e);

	if (rc == OK)
		rc = db_run(s->person[by], &arg, 1, e);
	if (rc == OK)
		rc = db_next(s->person[by], &col, &n, e);
	if (rc == OK && num_u64(col[1], INT32_MAX, &id) && id) {
		out->id = (uint32_t)id;
		out->login = col[2].p ? arena_dup(s->arena, col[2]) : STR("");
		out->name = arena_dup(s->arena, col[3].n ? col[3] : out->login);
		out->mail = col[4].p ? arena_dup(s->arena, col[4]) : STR("");
	}
	if (s->person[by])
		db_reset(s->person[by]);
	return rc == E_NOT_FOUND ? OK : rc;
}

enum outcome
store_person(struct store *s, const struct people_conf *c, enum person_by by, struct str value,
    struct person *out, struct err *e)
{
	char detail[sizeof(e->detail)];
	uint64_t id;
	enum outcome rc;

	*out = (struct person){ 0 };
	if ((by == PERSON_BY_MAIL && !*c->mail) ||
	    (by == PERSON_BY_ID && !num_u64(value, INT32_MAX, &id)))
		return OK;
	rc = connect_side(s, e);
	if (rc == OK)
		rc = ask(s, c, by, value, out, e);
	if (rc != OK && s->side && db_is_lost(s->side)) { /* it had been idle for too long */
		rc = connect_side(s, e);
		if (rc == OK)
			rc = ask(s, c, by, value, out, e);
	}
	if (rc == OK)
		return OK;
	snprintf(detail, sizeof(detail), "%s", e->detail);
	err_set(e, E_UNAVAILABLE, "The table of users cannot be read at the moment. Try again in "
	    "a minute.");
	err_detail(e, "[users] %s.%s: %s%s", c->schema, c->view, detail, rc == E_DENIED ?
	    "; run `owsadm install`, which gives the right to read it" : "");
	return E_UNAVAILABLE;
}

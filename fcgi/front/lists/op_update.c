/*
 * op_update.c -- UpdateListItems: a batch of changes, each on its own.
 * MS-LISTSWS 3.1.4.31 (R945-R972 versions and results), MS-OUTSPS 3.2.4.1.
 *
 * One Result per Method, in order, HTTP 200 even if all failed. Nothing is
 * rolled back: what was done before a failure stays done. What a method needed
 * of the arena is given back behind it, so a large batch costs no more memory
 * than its largest method.
 *
 * Outlook does not send a refused item again until it is edited. So where the
 * database cannot be had, the whole call is answered 503 and comes back: what
 * was done is recognised then, unless it was a New that carries no reference.
 */
#include <inttypes.h>

#include "guid.h"
#include "lists/caml.h"
#include "lists/lists.h"
#include "lists/method.h"
#include "lists/method_place.h"
#include "lists/rowset.h"
#include "log.h"
#include "num.h"
#include "plan.h"
#include "store.h"

#define BATCH_S 120  /* then the rest is refused: web servers wait for 300 at the most, clients less */
#define DONE "0x00000000"
#define CANCELLED "0x800704c7"
#define SCHEMA_DIFFERS "0x80070666"
#define FOLDER_THERE "0x8107090d" /* clients look for it in the text, too */

/* What an outcome of the engine is in a Result; text: when the engine said nothing. */
static const struct {
	const char *code, *text;
	bool shows_current;         /* the row is read when the engine gave none */
	bool is_ours;               /* the log calls it an error */
} outcomes[] = {
	[OK]            = { DONE, "", false, false },
	[E_NOT_FOUND]   = { METHOD_ABSENT, "Item does not exist. It may have been deleted by "
	                    "another user.", false, false },
	[E_CONFLICT]    = { "0x81020015", "Save Conflict. The item was changed by somebody else "
	                    "in the meantime.", true, false },
	[E_DENIED]      = { "0x80070005", "Access denied. You may not change this.", true, false },
	[E_INVALID]     = { METHOD_INVALID, "A value cannot be stored.", true, false },
	[E_LIMIT]       = { METHOD_INVALID, "The item is larger than this server accepts.", true, false },
	[E_RETRY]       = { METHOD_INVALID, "The database was busy; nothing was changed. "
	                    "Try again.", false, true },
	[E_UNCERTAIN]   = { METHOD_INVALID, "The connection to the database was lost. Try again: "
	                    "what was done is not done twice.", false, true },
	[E_UNAVAILABLE] = { METHOD_INVALID, "The list is not available at the moment. Try again.",
	                    false, true },
	[E_FAILED]      = { METHOD_INVALID, "The server failed. Its administrator finds the reason "
	                    "in the log.", false, true },
};
_Static_assert(sizeof(outcomes) / sizeof(outcomes[0]) == OUTCOME__MAX, "a row per outcome");

struct batch {
	struct call *k;
	struct xnode *element;
	bool stops;                 /* OnError="Return" */
	bool schema_differs;        /* LockSchema with another ListVersion */
	struct wire_dates dates;
	struct rowset *rowset;
	struct xmlw *w;
	struct sink sink;
	char list_id[39];
	bool has_failed;            /* a method has, so far */
	bool has_unnamed;           /* a New without a reference was done: repeating doubles it */
	int64_t until;              /* UTC seconds: no new method after that */
};

/* ---- results ---- */

static void
open_result(struct batch *b, const struct method *m)
{
	xmlw_open(b->w, "Result");
	xmlw_attr_begin(b->w, "", STR("ID"));
	xmlw_attr_part(b->w, m->id);
	xmlw_attr_part(b->w, STR(","));
	xmlw_attr_part(b->w, m->cmd);
	xmlw_attr_end(b->w);
}

/*
 * What the server holds, behind a refusal: Outlook shows it instead of what it
 * sent. No item, or one that cannot be read now: nothing.
 */
static void
write_current(struct batch *b, const struct method *m)
{
	struct item item;
	struct row row;
	struct err e = { 0 };

	if (m->change.command == COMMAND_NEW || m->change.id == 0)
		return;
	if (store_one(b->k->c->engine->store, b->k->list, m->change.id, &item, &row,
		&e) != OK) {
		log_err("the current row", &e);
		return;
	}
	if (item.id && item.state == ITEM_LIVE && row.state == ROW_GOOD)
		rowset_write(b->rowset, b->w, &item, &row);
}

/* A method that was not given to the engine. */
static void
write_failure(struct batch *b, const struct method *m, const char *code, const char *text)
{
	open_result(b, m);
	xmlw_element(b->w, "ErrorCode", code);
	xmlw_open(b->w, "ErrorText");
	xmlw_textf(b->w, "%s (reference %s)", text, b->k->q->id);
	xmlw_close(b->w);
	if (strcmp(code, METHOD_ABSENT) != 0)
		write_current(b, m);
	xmlw_close(b->w);
	b->has_failed = true;
	log_note("method %.*s of %s: %s %s", m->id.n > 40 ? 40 : (int)m->id.n, m->id.p,
	    b->k->list->name, code, text);
}

/* List and version of the row; of a conflict: the version that was sent, + 1. */
static void
write_version(struct batch *b, const struct method *m, const struct command_result *res)
{
	uint64_t version = res->item.version;

	if (res->outcome == E_CONFLICT && m->sent_version)
		version = m->sent_version + 1;
	xmlw_attrz(b->w, "List", b->list_id);
	xmlw_attrf(b->w, "Version", "%" PRIu64, version);
}

/* What the client can mend is no error of ours. */
static void
log_refusal(const struct method *m, const struct command_result *res, const char *text)
{
	struct str id = { m->id.p, m->id.n > 40 ? 40 : m->id.n };

	if (outcomes[res->outcome].is_ours)
		log_err("method", &res->err);
	else
		log_note("method %.*s: %s %s%s%s", STR_ARG(id),
		    outcomes[res->outcome].code, text, res->err.detail[0] ? "; " : "",
		    res->err.detail);
}

static void
write_result(struct batch *b, const struct method *m, const struct command_result *res)
{
	const char *text = res->err.peer[0] ? res->err.peer : outcomes[res->outcome].text;
	bool is_delete = m->change.command == COMMAND_DELETE;
	bool is_there = res->is_taken && m->change.is_folder;
	bool has_row = res->has_item && res->outcome != E_NOT_FOUND &&
	    !(is_delete && res->outcome == OK);

	open_result(b, m);
	if (res->outcome == E_CONFLICT || (res->outcome == OK && has_row))
		write_version(b, m, res);
	xmlw_element(b->w, "ErrorCode", is_there ? FOLDER_THERE : outcomes[res->outcome].code);
	if (res->outcome != OK) {
		xmlw_open(b->w, "ErrorText");
		xmlw_textf(b->w, "%s (%sreference %s)", text, is_there ? FOLDER_THERE ", " : "",
		    b->k->q->id);
		xmlw_close(b->w);
		b->has_failed = true;
		log_refusal(m, res, text);
	}
	if (has_row)
		rowset_write(b->rowset, b->w, &res->item, &res->row);
	else if (outcomes[res->outcome].shows_current)
		write_current(b, m);
	xmlw_close(b->w);
}

/* ---- methods ---- */

static int64_t
now_of(const struct batch *b)
{
	struct engine *g = b->k->c->engine;
	int64_t now;
	long ns;

	g->now(g->env, &now, &ns);
	return now;
}

/* False: the whole call is answered already. */
static bool
run_method(struct batch *b, const struct xnode *element)
{
	struct arena *a = b->k->arena;
	struct command_result *res;
	struct err e = { 0 };
	struct method m;

	method_read(a, b->k->list, &b->dates, element, &m);
	place_apply(b->k->c->engine, b->k->c->site, b->k->list,
	    xnode_attr(a, b->element, "RootFolder"), &m);
	if (b->schema_differs) {
		write_failure(b, &m, SCHEMA_DIFFERS,
		    "The list's fields have changed since you read "
		    "them. Read the list again.");
		return true;
	}
	if (b->stops && b->has_failed) {
		write_failure(b, &m, CANCELLED,
		    "Not done, because a method before it failed and OnError is Return.");
		return true;
	}
	if (people_failed(b->dates.people, &e) != OK && !b->has_unnamed) {
		call_fail(b->k, &e);
		return false;
	}
	if (m.code) {
		write_failure(b, &m, m.code, m.why);
		return true;
	}
	res = ARENA_NEW(a, struct command_result);
	if (now_of(b) > b->until)
		res->outcome = err_set(&res->err, E_UNAVAILABLE, "The changes before this one "
		    "took too long, because the database is busy. Send it again.");
	else
		apply_one(b->k->c->engine, b->k->list, &b->k->c->who, &m.change, res);
	if (res->outcome == E_UNAVAILABLE && !b->has_unnamed) {
		call_fail(b->k, &res->err);
		return false;
	}
	if (m.change.command == COMMAND_NEW && !m.change.ref.n && res->outcome == OK)
		b->has_unnamed = true;
	write_result(b, &m, res);
	return true;
}

static bool
run_batch(struct batch *b)
{
	struct arena *a = b->k->arena;
	const struct xnode *n;
	struct arena_mark mark;
	bool goes_on = true;

	for (n = xnode_first(b->element); n && goes_on; n = xnode_next(n)) {
		if (strcmp(xnode_name(n), "Method") != 0)
			continue;
		mark = arena_mark(a);
		goes_on = run_method(b, n);
		arena_release(a, &mark);
		b->k->r->note.rows++;
	}
	return goes_on;
}

/* ---- the batch ---- */

static size_t
count_methods(const struct xnode *batch)
{
	const struct xnode *n;
	size_t count = 0;

	for (n = xnode_first(batch); n; n = xnode_next(n))
		count += strcmp(xnode_name(n), "Method") == 0;
	return count;
}

/* Wherever it stands: callers wrap it once more. False: the call is answered. */
static bool
find_batch(struct batch *b)
{
	struct xnode *found = xnode_find(b->k->soap.args, "Batch"), *inner;
	size_t n;

	while (found && (inner = xnode_child(found, "Batch")))
		found = inner;
	if (!found) {
		call_fault(b->k, NULL, "The parameter updates holds no Batch element.");
		return false;
	}
	n = count_methods(found);
	if (n > LIMIT_BATCH_METHODS) {
		call_fault(b->k, NULL,
		    "The batch has %zu methods; at most %d are accepted in one "
		    "call. Nothing was done; send it in parts.",
		    n, LIMIT_BATCH_METHODS);
		return false;
	}
	b->element = found;
	return true;
}

static bool
attr_is_true(const struct batch *b, const char *name)
{
	return caml_is_true(xnode_attr(b->k->arena, b->element, name));
}

/* ListVersion counts only together with LockSchema: several clients always send "1". */
static bool
check_schema(struct batch *b, struct err *e)
{
	struct str sent = str_trim(xnode_attr(b->k->arena, b->element, "ListVersion"));
	struct list_state st;
	uint64_t version;

	if (!attr_is_true(b, "LockSchema") || !sent.n ||
	    !num_u64(sent, UINT64_MAX, &version))
		return true;
	if (plan_state(b->k->c->engine, b->k->list, &st, e) != OK)
		return false;
	b->schema_differs = version != st.schema_version;
	return true;
}

static void
open_batch(struct batch *b)
{
	struct call *k = b->k;
	struct caml_fields *fields = ARENA_NEW(k->arena, struct caml_fields);
	struct rowset_want want = {
		.site = k->c->site,
		.list = k->list,
		.rights = k->rights,
		.fields = fields,
		.has_namespace = true,
	};

	caml_fields_all(fields);
	fields->has_properties = attr_is_true(b, "Properties");
	b->stops = str_eq(xnode_attr(k->arena, b->element, "OnError"), STR("Return"));
	b->dates = (struct wire_dates){ .in_utc = attr_is_true(b, "DateInUtc"),
		.zone = k->c->site->zone, .people = people_open(k->arena, k->c->engine) };
	want.options.date_in_utc = b->dates.in_utc;
	want.people = b->dates.people;
	b->rowset = rowset_open(k->arena, &want);
	guid_fmt(&k->list->id, GUID_BRACES, b->list_id);
	b->sink = spool_sink(&k->r->body);
	b->w = ARENA_NEW(k->arena, struct xmlw);
	xmlw_init(b->w, &b->sink, XMLW_XML);
}

void
op_update(struct call *k)
{
	struct batch *b = ARENA_NEW(k->arena, struct batch);
	struct err e = { 0 };

	b->k = k;
	b->until = now_of(b) + BATCH_S;
	if (!find_batch(b))
		return;
	if (!check_schema(b, &e)) {
		call_fail(k, &e);
		return;
	}
	open_batch(b);
	soap_begin(b->w, k->arena, &k->soap, k->r);
	xmlw_open(b->w, "Results");
	if (!run_batch(b))
		return;
	xmlw_close(b->w);
	soap_end(b->w);
	if (!xmlw_end(b->w)) {
		err_set(&e, E_FAILED,
		    "The changes were made, but there was no room for the answer.");
		err_detail(&e, "spool error %d", k->r->body.error);
		call_fail(k, &e);
		return;
	}
	if (b->has_failed)
		k->r->note.outcome = "some-failed";
}

/*
 * op_changes.c -- GetListItemChangesSinceToken: everything, or what has
 * changed. MS-LISTSWS 3.1.4.22, MS-OUTSPS 3.2.4.1.
 *
 * The token and the counts stand before the rows but are known after them. So
 * the answer is three spools: the head, the Delete ids, the rows. Ids and rows
 * are written while the engine reads its snapshot; the frame around them is
 * written afterwards by one writer that changes from spool to spool, so that
 * its elements are balanced over all three.
 */
#include <inttypes.h>

#include "guid.h"
#include "lists/caml.h"
#include "lists/lists.h"
#include "lists/rowset.h"
#include "plan.h"

#define NO_SUCH_VIEW "0x82000005"

enum { PART_IDS, PART_ROWS };

struct answer {
	struct call *k;
	struct caml caml;
	struct rowset *rowset;
	struct people *people;
	struct sink id_sink, row_sink;
	struct xmlw *ids, *rows;
	struct plan_result result;
};

static enum outcome
no_room(const struct spool *s, struct err *e)
{
	enum outcome out =
	    err_set(e, E_FAILED, "There was no room for the answer. Try again.");

	err_detail(e, "spool error %d after %" PRIu64 " bytes", s->error, s->length);
	return out;
}

/* Most polls bring no row: what rows need is made with the first one. */
static struct rowset *
open_rowset(struct answer *a)
{
	const struct call *k = a->k;
	struct rowset_want want = {
		.site = k->c->site, .list = k->list, .rights = k->rights,
		.fields = &a->caml.fields, .options = a->caml.options,
	};

	want.people = a->people = people_open(k->arena, k->c->engine);
	return rowset_open(k->arena, &want);
}

static enum outcome
on_item(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct answer *a = arg;

	if (!a->rowset)
		a->rowset = open_rowset(a);
	rowset_write(a->rowset, a->rows, item, row);
	if (people_failed(a->people, e) != OK)
		return e->code;
	return a->row_sink.failed ? no_room(&a->k->r->more[PART_ROWS], e) : OK;
}

static enum outcome
on_gone(void *arg, uint32_t id, const struct guid *guid, struct err *e)
{
	struct answer *a = arg;
	char text[39];

	xmlw_open(a->ids, "Id");
	xmlw_attrz(a->ids, "ChangeType", "Delete");
	xmlw_attrz(a->ids, "UniqueId", guid_fmt(guid, GUID_BRACES, text));
	xmlw_textf(a->ids, "%" PRIu32, id);
	xmlw_close(a->ids);
	return a->id_sink.failed ? no_room(&a->k->r->more[PART_IDS], e) : OK;
}

/* What precedes the ids: up to the open <Changes>. */
static void
write_head(struct answer *a, struct xmlw *w)
{
	const struct site *site = a->k->c->site;
	struct engine *g = a->k->c->engine;
	int64_t now;
	long ns;

	soap_begin(w, a->k->arena, &a->k->soap, a->k->r);
	xmlw_open(w, "listitems");
	xmlw_attrf(w, "MinTimeBetweenSyncs", "%u", site->min_minutes);
	xmlw_attrf(w, "RecommendedTimeBetweenSyncs", "%u", site->recommended_minutes);
	xmlw_attrz(w, "MaxBulkDocumentSyncSize", "500");
	if (site->alternate_urls)
		xmlw_attrz(w, "AlternateUrls", site->alternate_urls);
	else
		xmlw_attrf(w, "AlternateUrls", "%s/", site->base_url);
	xmlw_attr(w, "EffectivePermMask", rights_names(a->k->arena, a->k->rights));
	xmlw_attrz(w, "xmlns:s", "uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882");
	xmlw_attrz(w, "xmlns:dt", "uuid:C2F41010-65B3-11d1-A29F-00AA00C14882");
	xmlw_attrz(w, "xmlns:rs", "urn:schemas-microsoft-com:rowset");
	xmlw_attrz(w, "xmlns:z", "#RowsetSchema");
	xmlw_open(w, "Changes");
	xmlw_attr(w, "LastChangeToken", token_fmt(a->k->arena, &a->result.token));
	if (a->result.has_more)
		xmlw_attrz(w, "MoreChanges", "TRUE");
	if (a->result.has_schema && !a->result.is_restart) {
		g->now(g->env, &now, &ns);
		schema_write(w, a->k->arena, site, a->k->list, &a->result.state, now);
	}
	if (a->result.is_restart) {
		xmlw_open(w, "Id");
		xmlw_attrz(w, "ChangeType", "InvalidToken");
		xmlw_close(w);
	}
}

/* What stands between ids and rows: the open <rs:data>. */
static void
write_middle(struct answer *a, struct xmlw *w)
{
	xmlw_close(w);
	xmlw_open(w, "rs:data");
	xmlw_attrf(w, "ItemCount", "%" PRIu32, a->result.item_n);
	if (a->result.has_cursor)
		xmlw_attr(w, "ListItemCollectionPositionNext",
		    cursor_fmt(a->k->arena, &a->result.cursor));
}

/* The frame around ids and rows, which are in their spools already. */
static bool
write_frame(struct answer *a)
{
	struct xmlw *w = ARENA_NEW(a->k->arena, struct xmlw);
	struct sink head = spool_sink(&a->k->r->body);
	bool ok = xmlw_end(a->ids) && xmlw_end(a->rows);

	xmlw_init(w, &head, XMLW_XML);
	write_head(a, w);
	xmlw_flush(w);
	w->sink = &a->id_sink;
	write_middle(a, w);
	xmlw_flush(w);
	w->sink = &a->row_sink;
	xmlw_close(w);
	xmlw_close(w);
	soap_end(w);
	return xmlw_end(w) && ok && !head.failed && !a->id_sink.failed;
}

/* A view is only validated: viewFields say what is wanted, and there are no views. */
static bool
check_view(struct call *k)
{
	struct str view = caml_parameter(k->arena, k->soap.args, "viewName");
	struct guid id;

	if (!view.p || xnode_child(k->soap.args, "viewFields") || !guid_parse(view, &id))
		return true;
	call_fault(k, NO_SUCH_VIEW,
	    "The specified view is invalid: the list %s has no views. "
	    "Leave viewName out.",
	    k->list->title);
	return false;
}

static void
open_answer(struct answer *a)
{
	struct call *k = a->k;

	a->ids = ARENA_NEW(k->arena, struct xmlw);
	a->rows = ARENA_NEW(k->arena, struct xmlw);
	a->id_sink = spool_sink(&k->r->more[PART_IDS]);
	a->row_sink = spool_sink(&k->r->more[PART_ROWS]);
	xmlw_init(a->ids, &a->id_sink, XMLW_XML);
	xmlw_init(a->rows, &a->row_sink, XMLW_XML);
}

void
op_changes(struct call *k)
{
	struct answer *a = ARENA_NEW(k->arena, struct answer);
	struct plan_sink to = { .arg = a, .item = on_item, .gone = on_gone };
	struct plan_request want = { 0 };
	struct err e = { 0 };
	const char *code;

	a->k = k;
	if (!check_view(k))
		return;
	if (caml_parse(k->arena, k->soap.args, k->list, &a->caml, &code, &e) !=
	    OK) {
		call_fault(k, code, "%s", e.peer);
		return;
	}
	want.token = caml_parameter(k->arena, k->soap.args, "changeToken");
	if (!want.token.p)
		want.token = STR("");
	want.cursor = a->caml.options.position;
	want.limit = a->caml.limit;
	want.is_descending = a->caml.is_descending;
	want.participant = a->caml.participant;
	want.is_grouped = a->caml.options.is_grouped && k->list->kind == KIND_CALENDAR;
	open_answer(a);
	if (plan_changes(k->c->engine, k->list, &k->c->who, &want, &to, &a->result, &e) !=
	    OK) {
		call_fail(k, &e);
		return;
	}
	if (!write_frame(a)) {
		(void)no_room(&k->r->more[PART_ROWS], &e);
		call_fail(k, &e);
		return;
	}
	k->r->note.rows = (uint64_t)a->result.item_n + a->result.gone_n;
	if (a->result.is_restart)
		k->r->note.detail = "invalid-token";
}

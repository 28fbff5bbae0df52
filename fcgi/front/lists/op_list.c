/*
 * op_list.c -- GetList and GetListCollection. MS-LISTSWS 3.1.4.20, 3.1.4.17.
 */
#include "lists/lists.h"
#include "lists/schema.h"
#include "log.h"
#include "plan.h"

static void
finish(struct call *k, struct xmlw *w)
{
	struct err e = { 0 };

	soap_end(w);
	if (!xmlw_end(w)) {
		err_set(&e, E_FAILED, "There was no room for the answer. Try again.");
		err_detail(&e, "spool error %d, depth %d", k->r->body.error, w->depth);
		call_fail(k, &e);
	}
}

void
op_get_list(struct call *k)
{
	struct xmlw *w = ARENA_NEW(k->arena, struct xmlw);
	struct sink sink = spool_sink(&k->r->body);
	struct engine *g = k->c->engine;
	struct list_state st;
	struct err e = { 0 };
	int64_t now;
	long ns;

	if (plan_state(g, k->list, &st, &e) != OK) {
		call_fail(k, &e);
		return;
	}
	g->now(g->env, &now, &ns);
	xmlw_init(w, &sink, XMLW_XML);
	soap_begin(w, k->arena, &k->soap, k->r);
	schema_write(w, k->arena, k->c->site, k->list, &st, now);
	finish(k, w);
}

/* Lists that cannot be read at the moment are left out: the others go on. */
void
op_get_list_collection(struct call *k)
{
	struct xmlw *w = ARENA_NEW(k->arena, struct xmlw);
	struct sink sink = spool_sink(&k->r->body);
	struct list *const *lists;
	struct list_state st;
	struct err e = { 0 };
	size_t i, n;

	lists = front_lists(k->c, &n);
	xmlw_init(w, &sink, XMLW_XML);
	soap_begin(w, k->arena, &k->soap, k->r);
	xmlw_open(w, "Lists");
	for (i = 0; i < n; i++) {
		if (!lists[i]->is_bound)
			continue;
		if (plan_state(k->c->engine, lists[i], &st, &e) != OK) {
			log_err(lists[i]->name, &e);
			continue;
		}
		schema_write_attributes(w, k->arena, k->c->site, lists[i], &st);
		xmlw_close(w);
		k->r->note.rows++;
	}
	xmlw_close(w);
	finish(k, w);
}

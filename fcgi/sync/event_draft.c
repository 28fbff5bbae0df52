/*
 * event_draft.c -- edit what a client has sent.
 */
#include "event_draft.h"

#define MORE 32 /* fields and own properties that an edit may add */

static struct str
name_of(const struct draft *d, enum field f)
{
	return str_of(d->c.v->field_name(d->c.l->kind, f));
}

void
draft_open(struct draft *d, struct change_run *r, const struct item *item)
{
	const struct command_request *c = r->c;
	struct arena *a = r->g->arena;

	memset(d, 0, sizeof(*d));
	d->r = r;
	d->item = item;
	d->c = (struct calendar){ .v = r->g->vocabulary, .a = a, .l = r->l };
	family_open(&d->family, r->g, r->l);
	d->out = ARENA_NEW(a, struct command_request);
	*d->out = *c;
	d->cell = ARENA_ARRAY(a, struct cell, c->cell_n + MORE);
	d->property = ARENA_ARRAY(a, struct property, c->property_n + MORE);
	if (c->cell_n)
		memcpy(d->cell, c->cell, c->cell_n * sizeof(*d->cell));
	if (c->property_n)
		memcpy(d->property, c->property, c->property_n * sizeof(*d->property));
	d->cell_n = c->cell_n;
	d->property_n = c->property_n;
}

void
draft_close(struct draft *d)
{
	d->out->cell = d->cell;
	d->out->cell_n = d->cell_n;
	d->out->property = d->property;
	d->out->property_n = d->property_n;
	d->r->c = d->out;
}

bool
draft_sent(const struct draft *d, enum field f, struct str *value)
{
	return kind_sent(d->r, f, value);
}

static void
drop_property(struct draft *d, struct str name)
{
	size_t keep = 0;

	for (size_t i = 0; i < d->property_n; i++)
		if (!str_eq(d->property[i].name, name))
			d->property[keep++] = d->property[i];
	d->property_n = keep;
}

void
draft_drop(struct draft *d, enum field f)
{
	int at = list_column(d->c.l, f);
	size_t keep = 0;

	for (size_t i = 0; i < d->cell_n; i++)
		if (at < 0 || d->cell[i].column != (size_t)at)
			d->cell[keep++] = d->cell[i];
	d->cell_n = keep;
	drop_property(d, name_of(d, f));
}

void
draft_put(struct draft *d, enum field f, struct str value)
{
	int at = d->is_inner ? -1 : list_column(d->c.l, f);

	draft_drop(d, f);
	if (at < 0)
		d->property[d->property_n++] = (struct property){
			.name = name_of(d, f), .value = value };
	else if (!d->c.l->column[at].is_readonly)
		d->cell[d->cell_n++] = (struct cell){ .column = (size_t)at, .value = value };
}

void
draft_put_time(struct draft *d, enum field f, int64_t t)
{
	if (t != NO_TIME && d->ev.is_all_day && !d->is_inner)
		t = event_to_column(d->c.l, f, t);
	draft_put(d, f, t == NO_TIME ? STR_NULL : event_stamp(d->c.a, t));
}

void
draft_own(struct draft *d, const char *name, struct str value, bool is_quiet)
{
	drop_property(d, str_of(name));
	d->property[d->property_n++] = (struct property){ .name = str_of(name), .value = value,
		.is_quiet = is_quiet };
}

enum outcome
draft_refuse(struct draft *d, const char *why)
{
	return err_set(d->r->e, E_INVALID, "The event cannot be saved: %s.", why);
}

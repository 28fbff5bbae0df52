/*
 * kind_tasks.c -- what is special about tasks: Status and PercentComplete say
 * the same, that a task is done. See kind.h.
 *
 * Clients keep the two together by themselves and send both; a database often
 * has one column for them. The other one then follows from it wherever the two
 * would contradict each other, and else stays as a client said. Where both have
 * a column, or none, they are what they are.
 */
#include "kind.h"

#include "change.h"
#include "num.h"

enum { NOT_STARTED = 1, IN_PROGRESS = 2, COMPLETED = 3 }; /* numbers of Status */

static bool
is_number(struct str s, const char *number)
{
	char text[64];

	return s.n && num_decimal(s, text) && strcmp(text, number) == 0;
}

static bool
is_done(struct str percent)
{
	return is_number(percent, "1");
}

static unsigned
status_number(const struct vocabulary *v, const struct list *l, struct str status)
{
	return list_choice(v, l, FIELD_STATUS, list_column(l, FIELD_STATUS), status);
}

static struct str
status_text(const struct vocabulary *v, const struct list *l, unsigned number)
{
	return list_choice_text(v, l, FIELD_STATUS, list_column(l, FIELD_STATUS), number);
}

/* The share that fits a status; the one that is there if it does. */
static struct str
fitting_percent(unsigned status, struct str percent)
{
	if (status == COMPLETED)
		return is_done(percent) ? percent : STR("1");
	return status && is_done(percent) ? STR("0") : percent;
}

/* The status that fits a share; the one that is there if it does. */
static struct str
fitting_status(const struct vocabulary *v, const struct list *l, struct str percent,
    struct str status)
{
	bool says_done = status_number(v, l, status) == COMPLETED;

	if (!percent.n || is_done(percent) == says_done)
		return percent.n && !status.n && !is_number(percent, "0") ?
		    status_text(v, l, IN_PROGRESS) : status;
	if (is_done(percent))
		return status_text(v, l, COMPLETED);
	return status_text(v, l, is_number(percent, "0") ? NOT_STARTED : IN_PROGRESS);
}

/* ---- answers ---- */

static const enum field shows[] = { FIELD_STATUS, FIELD_PERCENT, FIELD__MAX };

static size_t
show(const struct vocabulary *v, struct arena *a, const struct list *l, const struct item *item,
    const struct row *row, struct shown out[SHOWN_MAX])
{
	bool has_status = list_column(l, FIELD_STATUS) >= 0;
	bool has_percent = list_column(l, FIELD_PERCENT) >= 0;
	struct str status = kind_value(v, l, item, row, FIELD_STATUS);
	struct str percent = kind_value(v, l, item, row, FIELD_PERCENT);

	(void)a;
	if (has_status && !has_percent)
		percent = fitting_percent(status_number(v, l, status), percent);
	else if (has_percent && !has_status)
		status = fitting_status(v, l, percent, status);
	out[0] = (struct shown){ .field = FIELD_STATUS, .value = status };
	out[1] = (struct shown){ .field = FIELD_PERCENT, .value = percent };
	return 2;
}

/* ---- changes by clients ---- */

/* The same request with one value more. */
static void
add_value(struct change_run *r, enum field f, struct str value)
{
	struct command_request *c = ARENA_NEW(r->g->arena, struct command_request);
	int at = list_column(r->l, f);

	*c = *r->c;
	if (at >= 0) {
		struct cell *cell = ARENA_ARRAY(r->g->arena, struct cell, c->cell_n + 1);

		if (c->cell_n)
			memcpy(cell, c->cell, c->cell_n * sizeof(*cell));
		cell[c->cell_n++] = (struct cell){ .column = (size_t)at, .value = value };
		c->cell = cell;
	} else {
		struct property *p = ARENA_ARRAY(r->g->arena, struct property, c->property_n + 1);

		if (c->property_n)
			memcpy(p, c->property, c->property_n * sizeof(*p));
		p[c->property_n++] = (struct property){ .value = value,
			.name = str_of(r->g->vocabulary->field_name(r->l->kind, f)) };
		c->property = p;
	}
	r->c = c;
}

/* A column, or a value that somebody gave: else the field is nobody's concern. */
static bool
is_kept(const struct change_run *r, enum field f, struct str value)
{
	int at = list_column(r->l, f);

	return at >= 0 ? !r->l->column[at].is_readonly : value.n > 0;
}

/* A column that knows done and not done, and nothing between. */
static bool
takes_status(const struct change_run *r, struct str text)
{
	int at = list_column(r->l, FIELD_STATUS);
	const struct column *c = at < 0 ? NULL : &r->l->column[at];
	bool is_listed = !c || !c->translation_n;

	for (size_t i = 0; c && i < c->translation_n; i++)
		is_listed |= str_eq(c->translation[i].field, text);
	return is_listed;
}

/* Of a pair, only one was sent: the other one follows where the two would contradict each other. */
static enum outcome
translate(struct change_run *r, const struct item *item)
{
	const struct vocabulary *v = r->g->vocabulary;
	struct str status = kind_after(r, item, FIELD_STATUS), fitting;
	struct str percent = kind_after(r, item, FIELD_PERCENT), sent;
	bool sends_status = kind_sent(r, FIELD_STATUS, &sent);
	bool sends_percent = kind_sent(r, FIELD_PERCENT, &sent);

	if (sends_status == sends_percent)
		return OK;
	if (sends_status) {
		fitting = fitting_percent(status_number(v, r->l, status), percent);
		if (!str_eq(fitting, percent) && is_kept(r, FIELD_PERCENT, percent))
			add_value(r, FIELD_PERCENT, fitting);
		return OK;
	}
	if (is_done(percent) == (status_number(v, r->l, status) == COMPLETED))
		return OK;
	fitting = fitting_status(v, r->l, percent, status);
	if (!takes_status(r, fitting) && !is_done(percent))
		fitting = status_text(v, r->l, NOT_STARTED);
	if (is_kept(r, FIELD_STATUS, status))
		add_value(r, FIELD_STATUS, fitting);
	return OK;
}

static enum outcome
place(struct change_run *r, struct place *out)
{
	out->cell = ARENA_ARRAY(r->g->arena, struct cell, 1);
	out->cell_n = kind_author(r, out->cell);
	return OK;
}

const struct kind_rules task_rules = {
	.translate = translate,
	.place = place,
	.shows = shows,
	.show = show,
};

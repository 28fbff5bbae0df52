/*
 * event_cache.c -- what clients see of a series with a rule, kept with its item.
 *
 * To find pattern, zone and end of a rule takes a hundred times as long as to
 * write them down, and a first download shows every series. They are found when
 * the row is numbered and stand as long as it is the row that was numbered.
 */
#include "event.h"

#include "bag.h"

#define CACHE ":shown"
#define EDITION "1" /* another one when the same row is shown in another way */

struct str
event_cache_make(const struct calendar *c, const struct item *item, const struct row *row,
    const struct event *ev)
{
	struct property p[8];
	size_t n = 0;
	bool changed;

	if (ev->form != EVENT_RULE || ev->is_inner || !ev->has_series)
		return STR_NULL;
	p[n++] = (struct property){ .name = STR("edition"), .value = STR(EDITION) };
	p[n++] = (struct property){ .name = STR("type"),
		.value = ev->type == EVENT_SERIES ? STR("1") : STR("0") };
	p[n++] = (struct property){ .name = STR("start"), .value = event_stamp(c->a, ev->start) };
	p[n++] = (struct property){ .name = STR("end"), .value = event_stamp(c->a, ev->end) };
	if (ev->type == EVENT_SERIES) {
		p[n++] = (struct property){ .name = STR("uid"), .value = ev->uid };
		p[n++] = (struct property){ .name = STR("pattern"), .value = ev->pattern };
		p[n++] = (struct property){ .name = STR("zone"), .value = ev->zone_text };
		p[n++] = (struct property){ .name = STR("number"),
			.value = event_zone_number(c, item, row, ev) };
	}
	return bag_merge(c->a, STR(""), p, n, &changed);
}

bool
event_cache_read(const struct calendar *c, const struct item *item, const struct row *row,
    struct event *ev, struct str *number)
{
	struct str cache, type;

	if (event_form(c->l) != EVENT_RULE || !item || !row || !row->value ||
	    memcmp(item->print, row->print, sizeof(item->print)) != 0)
		return false;
	cache = bag_get(item->bag, STR(CACHE));
	if (!cache.n || !str_eq(bag_get(cache, STR("edition")), STR(EDITION)))
		return false;
	memset(ev, 0, sizeof(*ev));
	ev->form = EVENT_RULE;
	ev->instance = NO_TIME;
	type = bag_get(cache, STR("type"));
	ev->type = str_eq(type, STR("1")) ? EVENT_SERIES : EVENT_SINGLE;
	ev->is_all_day = event_is_all_day(c, item, row);
	ev->uid = bag_get(cache, STR("uid"));
	ev->has_guid = ev->uid.n && guid_parse(ev->uid, &ev->guid);
	ev->pattern = bag_get(cache, STR("pattern"));
	ev->zone_text = bag_get(cache, STR("zone"));
	*number = kind_value(c->v, c->l, item, row, FIELD_ZONE_NUMBER);
	if (!number->n)
		*number = bag_get(cache, STR("number"));
	return event_parse(bag_get(cache, STR("start")), &ev->start) &&
	    event_parse(bag_get(cache, STR("end")), &ev->end);
}

/*
 * zones.c -- the zones met so far, and the names that were none.
 *
 * tzdata has about 600 names, so the zones are kept all. Wrong names have no
 * end: a few of them are remembered, the oldest makes room.
 */
#include "zones.h"

#include <stdlib.h>

#define NAME_BYTES 64
#define WRONG_N 16

struct known {
	struct zone *zone;
	struct known *next;
};

struct zones {
	struct known *first;
	char wrong[WRONG_N][NAME_BYTES]; /* "" is none */
	unsigned wrong_next;
};

struct zones *
zones_open(void)
{
	struct zones *z = calloc(1, sizeof(*z));

	if (!z)
		abort();
	return z;
}

static const struct zone *
read_zone(struct zones *z, const char *name)
{
	struct known *known;
	struct zone *zone;
	struct err e = { 0 };

	for (unsigned i = 0; i < WRONG_N; i++)
		if (strcmp(z->wrong[i], name) == 0)
			return NULL;
	zone = zone_open(name, &e);
	if (!zone) {
		memcpy(z->wrong[z->wrong_next++ % WRONG_N], name, strlen(name) + 1);
		return NULL;
	}
	known = calloc(1, sizeof(*known));
	if (!known)
		abort();
	*known = (struct known){ .zone = zone, .next = z->first };
	z->first = known;
	return zone;
}

const struct zone *
zones_get(struct zones *z, struct str name)
{
	char text[NAME_BYTES];

	name = str_trim(name);
	if (name.n == 0 || name.n >= sizeof(text) || memchr(name.p, '\0', name.n))
		return NULL;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	for (struct known *k = z->first, **at = &z->first; k; at = &k->next, k = k->next) {
		if (strcmp(zone_name(k->zone), text) != 0)
			continue;
		*at = k->next; /* rows of one zone come together */
		k->next = z->first;
		z->first = k;
		return k->zone;
	}
	return read_zone(z, text);
}

void
zones_close(struct zones **z)
{
	struct known *k = *z ? (*z)->first : NULL, *next;

	for (; k; k = next) {
		next = k->next;
		zone_close(&k->zone);
		free(k);
	}
	free(*z);
	*z = NULL;
}

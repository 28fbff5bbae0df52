/*
 * heads.c -- a line per list: "<guid> <incarnation> <number>".
 */
#include "heads.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

struct heads_row {
	struct guid list;
	struct head head;
	bool is_used;
};

static struct heads_row *
find(const struct heads *h, const struct guid *list)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->row[i].is_used && guid_eq(&h->row[i].list, list))
			return &h->row[i];
	return NULL;
}

bool
heads_get(const struct heads *h, const struct guid *list, struct head *out)
{
	const struct heads_row *r = find(h, list);

	if (r)
		*out = r->head;
	return r != NULL;
}

void
heads_set(struct heads *h, const struct guid *list, struct head v)
{
	struct heads_row *r = find(h, list), *grown;

	if (r && r->head.incarnation == v.incarnation && r->head.number == v.number)
		return;
	if (!r) {
		grown = realloc(h->row, (h->n + 1) * sizeof(*grown));
		if (!grown)
			return; /* not remembered, this time */
		h->row = grown;
		r = &grown[h->n++];
		*r = (struct heads_row){ .list = *list, .is_used = true };
	}
	r->head = v;
	h->is_dirty = true;
}

void
heads_forget(struct heads *h, const struct guid *list)
{
	struct heads_row *r = find(h, list);

	if (r) {
		r->is_used = false;
		h->is_dirty = true;
	}
}

void
heads_open(struct heads *h, const char *state_dir)
{
	char line[160], text[64];
	struct guid list;
	struct head v;
	FILE *f;

	*h = (struct heads){ .path = "" };
	if (snprintf(h->path, sizeof(h->path) - 8, "%s/heads", state_dir) >=
	    (int)sizeof(h->path) - 8)
		h->path[0] = '\0';
	f = fopen(h->path, "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %" SCNu32 " %" SCNu64, text, &v.incarnation,
		    &v.number) == 3 && guid_parse(str_of(text), &list))
			heads_set(h, &list, v);
	fclose(f);
	h->is_dirty = false;
}

void
heads_close(struct heads *h)
{
	free(h->row);
	h->row = NULL;
	h->n = 0;
}

static bool
write_rows(const struct heads *h, FILE *f)
{
	char text[39];

	for (size_t i = 0; i < h->n; i++)
		if (h->row[i].is_used)
			fprintf(f, "%s %" PRIu32 " %" PRIu64 "\n",
			    guid_fmt(&h->row[i].list, GUID_LOWER, text),
			    h->row[i].head.incarnation, h->row[i].head.number);
	return fflush(f) == 0 && fsync(fileno(f)) == 0;
}

void
heads_save(struct heads *h)
{
	char fresh[sizeof(h->path) + 8];
	bool ok = false;
	FILE *f;

	if (!h->is_dirty || !h->path[0])
		return;
	snprintf(fresh, sizeof(fresh), "%s.new", h->path);
	f = fopen(fresh, "we");
	if (f) {
		ok = write_rows(h, f);
		ok = fclose(f) == 0 && ok && rename(fresh, h->path) == 0;
	}
	if (ok)
		h->is_dirty = false;
	else if (!h->was_said)
		log_warn("%s cannot be written: %s; a restored database would not be noticed",
		    h->path, strerror(errno));
	h->was_said = !ok;
}

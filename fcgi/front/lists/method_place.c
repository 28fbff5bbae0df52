/*
 * method_place.c -- the place of a document or folder, as a Method says it.
 *
 * Whole rows are sent back, so every name of a place may stand in a Method, and
 * most say what is so already. FileRef is the address of the file that is meant
 * (of a New: of the one to be made); the other names say how it is to be.
 */
#include "lists/method_place.h"

#include <stdarg.h>
#include <stdio.h>

#include "docname.h"
#include "engine.h"
#include "front.h"
#include "kind.h"
#include "lists/schema.h"

#define SHOWN(s) (s).n > 200 ? 200 : (int)(s).n, (s).p ? (s).p : ""

bool
place_take(struct place_said *p, struct str name, struct str text)
{
	const struct {
		const char *name;
		struct str *to;
	} fields[] = {
		{ "FSObjType", &p->type },     { "BaseName", &p->base },
		{ "LinkFilename", &p->leaf },  { "FileLeafRef", &p->leaf },
		{ "FileRef", &p->ref },        { "FileDirRef", &p->dir },
		{ "MoveNewUrl", &p->target },  { "FileSizeDisplay", &p->size },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!str_eq(name, str_of(fields[i].name)))
			continue;
		*fields[i].to = text.p ? text : STR("");
		return true;
	}
	return false;
}

struct placing {
	struct engine *g;
	const struct site *site;
	const struct list *l;
	struct method *m;
	struct cell *cell;
	size_t cell_n;
	struct property *property;
	size_t property_n;
};

static void PRINTF(2, 3)
fail(struct placing *p, const char *fmt, ...)
{
	char text[640];
	va_list ap;

	if (p->m->code)
		return;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	p->m->code = METHOD_INVALID;
	p->m->why = arena_dup(p->g->arena, str_of(text)).p;
}

/* ---- texts ---- */

/* "4;#crm/docs/a" is "crm/docs/a". */
static struct str
value_of_lookup(struct str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	if (i && i + 1 < s.n && s.p[i] == ';' && s.p[i + 1] == '#')
		return (struct str){ s.p + i + 2, s.n - i - 2 };
	return s;
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
	    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The path of an absolute address, decoded; other paths are as they read. */
static struct str
path_of_address(struct arena *a, struct str s)
{
	const char *scheme = s.n ? memchr(s.p, ':', s.n) : NULL, *slash;
	char *out = arena_get(a, s.n + 1);
	size_t i, n = 0;

	if (!scheme || s.n - (size_t)(scheme - s.p) < 3 || memcmp(scheme, "://", 3) != 0)
		return s;
	s = (struct str){ scheme + 3, s.n - (size_t)(scheme + 3 - s.p) };
	slash = memchr(s.p, '/', s.n);
	if (!slash)
		return STR("");
	s = (struct str){ slash, s.n - (size_t)(slash - s.p) };
	for (i = 0; i < s.n; i++, n++) {
		bool is_coded = s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 &&
		    hex(s.p[i + 2]) >= 0;

		out[n] = is_coded ? (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2])) : s.p[i];
		i += is_coded ? 2 : 0;
	}
	return (struct str){ out, n };
}

/* The path below the library of "crm/docs/a/b", however it was sent. False: the method fails. */
static bool
below_library(struct placing *p, const char *name, struct str sent, struct str *out)
{
	struct str root = schema_root_folder(p->g->arena, p->site, p->l);
	struct str s = path_of_address(p->g->arena, value_of_lookup(str_trim(sent)));

	root = (struct str){ root.p + 1, root.n - 1 };
	while (s.n && s.p[0] == '/')
		s.p++, s.n--;
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	if (s.n >= root.n && str_ieq((struct str){ s.p, root.n }, root) &&
	    (s.n == root.n || s.p[root.n] == '/')) {
		*out = s.n == root.n ? STR("") :
		    (struct str){ s.p + root.n + 1, s.n - root.n - 1 };
		return true;
	}
	fail(p, "%s is \"%.*s\", which does not lie in this library; its addresses begin with "
	    "\"%.*s\".", name, SHOWN(sent), STR_ARG(root));
	return false;
}

/* ---- what the change is told ---- */

static void
put(struct placing *p, enum field f, struct str value)
{
	int at = list_column(p->l, f);

	if (at < 0) {
		p->property[p->property_n++] = (struct property){ .value = value,
			.name = str_of(wire_of(p->l->kind, f)->name) };
		return;
	}
	if (!p->l->column[at].is_readonly)
		p->cell[p->cell_n++] = (struct cell){ .column = (size_t)at, .value = value };
}

static void
open_change(struct placing *p)
{
	const struct command_request *c = &p->m->change;

	p->cell = ARENA_ARRAY(p->g->arena, struct cell, c->cell_n + 2);
	p->property = ARENA_ARRAY(p->g->arena, struct property, c->property_n + 2);
	if (c->cell_n)
		memcpy(p->cell, c->cell, c->cell_n * sizeof(*c->cell));
	if (c->property_n)
		memcpy(p->property, c->property, c->property_n * sizeof(*c->property));
	p->cell_n = c->cell_n;
	p->property_n = c->property_n;
}

static void
close_change(struct placing *p)
{
	struct command_request *c = &p->m->change;

	c->cell = p->cell;
	c->cell_n = p->cell_n;
	c->property = p->property;
	c->property_n = p->property_n;
}

/* "a/b" below dir: the folder is dir/a, the name b. */
static void
put_below(struct placing *p, struct str dir, struct str path)
{
	struct str more, leaf;

	docname_split(path, &more, &leaf);
	if (more.n && dir.n)
		more = arena_fmt(p->g->arena, "%.*s/%.*s", STR_ARG(dir), STR_ARG(more));
	put(p, FIELD_FILE_NAME, leaf);
	put(p, FIELD_FOLDER, more.n ? more : dir);
}

/* ---- the commands ---- */

static void
place_new(struct placing *p, struct str root_folder)
{
	const struct place_said *said = &p->m->place;
	struct str dir = STR(""), path;

	p->m->change.is_folder = str_eq(str_trim(value_of_lookup(said->type)), STR("1"));
	if (said->ref.n) {
		if (below_library(p, "FileRef", said->ref, &path))
			put_below(p, STR(""), path);
		return;
	}
	if (said->dir.n ? !below_library(p, "FileDirRef", said->dir, &dir) :
	    root_folder.n && !below_library(p, "RootFolder", root_folder, &dir))
		return;
	if (said->leaf.p) {
		put(p, FIELD_FILE_NAME, value_of_lookup(said->leaf));
		put(p, FIELD_FOLDER, dir);
	} else {
		put_below(p, dir, said->base.p ? said->base : STR(""));
	}
}

/* The item's path, or its name with another beginning. False: there is no such item. */
static bool
current(struct placing *p, struct str *path, struct str *ending)
{
	const struct vocabulary *v = &wire_vocabulary;
	struct err e = { .code = OK };
	struct item item;
	struct row row;
	struct str dir, leaf;
	size_t i;

	*ending = STR("");
	if (store_one(p->g->store, p->l, p->m->change.id, &item, &row, &e) != OK ||
	    item.id == 0 || item.state != ITEM_LIVE)
		return false;
	if (key_is_inner(item.key, NULL, path))
		return true;
	if (row.state != ROW_GOOD)
		return false;
	leaf = kind_value(v, p->l, &item, &row, FIELD_FILE_NAME);
	dir = list_column(p->l, FIELD_FOLDER) < 0 ? STR_NULL :
	    kind_value(v, p->l, &item, &row, FIELD_FOLDER);
	*path = dir.n ? arena_fmt(p->g->arena, "%.*s/%.*s", STR_ARG(dir), STR_ARG(leaf)) : leaf;
	for (i = leaf.n; i && leaf.p[i - 1] != '.'; i--)
		;
	if (i)
		*ending = (struct str){ leaf.p + i - 1, leaf.n - i + 1 };
	return true;
}

/* The client means this file. An item that is not there is told by the engine. */
static bool
means_this(struct placing *p, struct str *ending)
{
	struct str path, ref;

	if (!current(p, &path, ending))
		return true;
	if (!p->m->place.ref.n)
		return true;
	if (!below_library(p, "FileRef", p->m->place.ref, &ref))
		return false;
	if (!str_eq(ref, path))
		fail(p, "FileRef says \"%.*s\", but item %u is \"%.*s\" now. Read the library again.",
		    SHOWN(ref), (unsigned)p->m->change.id, SHOWN(path));
	return !p->m->code;
}

static void
place_update(struct placing *p)
{
	const struct place_said *said = &p->m->place;
	struct str dir, ending, path;

	if ((said->ref.n || said->base.p) && !means_this(p, &ending))
		return;
	if (said->target.p) {
		if (below_library(p, "MoveNewUrl", said->target, &path))
			put_below(p, STR(""), path);
		return;
	}
	if (said->leaf.p)
		put(p, FIELD_FILE_NAME, value_of_lookup(said->leaf));
	else if (said->base.p)
		put(p, FIELD_FILE_NAME, arena_fmt(p->g->arena, "%.*s%.*s", STR_ARG(said->base),
		    STR_ARG(ending)));
	if (said->dir.n && below_library(p, "FileDirRef", said->dir, &dir))
		put(p, FIELD_FOLDER, dir);
}

void
place_apply(struct engine *g, const struct site *site, const struct list *l,
    struct str root_folder, struct method *m)
{
	struct placing p = { .g = g, .site = site, .l = l, .m = m };
	struct str ending;

	if (l->kind != KIND_DOCUMENTS || m->code)
		return;
	open_change(&p);
	switch (m->change.command) {
	case COMMAND_NEW:
		place_new(&p, root_folder);
		break;
	case COMMAND_UPDATE:
		place_update(&p);
		break;
	case COMMAND_DELETE:
		(void)means_this(&p, &ending);
		break;
	}
	close_change(&p);
}

/*
 * fuzz_soap.c -- a request body, as far as it can be judged without an engine:
 * envelope, CAML of a read, methods of a batch. A refused body has a complete
 * answer that parses; an accepted method is within its limits.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lists/caml.h"
#include "lists/method.h"
#include "lists/soap.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define CHECK(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static const struct list contacts = { .kind = KIND_CONTACTS };

static struct column columns[] = {
	{ .field = FIELD_TITLE, .name = "last_name", .class = COLUMN_TEXT, .max_chars = 50 },
	{ .field = FIELD_BIRTHDAY, .name = "born", .class = COLUMN_DATE, .is_nullable = true },
	{ .field = FIELD_FIRST_NAME, .name = "first_name", .class = COLUMN_TEXT },
	{ .field = FIELD_WEB_PAGE, .name = "page", .class = COLUMN_TEXT },
};

static struct list people = {
	.name = "people", .title = "People", .description = "", .kind = KIND_CONTACTS,
	.column = columns, .column_n = sizeof(columns) / sizeof(columns[0]),
};

static struct str
no_header(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return STR_NULL;
}

static bool
to_buf(void *arg, const char *p, size_t n)
{
	buf_add(arg, p, n);
	return true;
}

/* What a person or a program is told instead of an answer. */
static void
check_refusal(struct arena *a, struct response *r)
{
	struct buf b;
	struct sink sink = { .write = to_buf, .arg = &b };
	struct xnode *root;
	struct err e;

	buf_init(&b, 4 * MIB);
	CHECK(r->status >= 400);
	CHECK(spool_send(&r->body, &sink) && b.n);
	if (r->status == 500)
		CHECK(xmlr_parse(a, buf_str(&b), NULL, &root, &e) == OK);
	buf_clear(&b);
}

static void
try_methods(struct arena *a, struct xnode *args, const struct wire_dates *dates)
{
	struct xnode *batch = xnode_find(args, "Batch"), *n;

	for (n = xnode_first(batch); batch && n; n = xnode_next(n)) {
		struct method m;

		method_read(a, &people, dates, n, &m);
		CHECK(m.id.p && m.cmd.p);
		CHECK(!m.code || (m.why && m.why[0]));
		CHECK(m.change.cell_n <= people.column_n);
		for (size_t i = 0; i < m.change.cell_n; i++)
			CHECK(m.change.cell[i].column < people.column_n);
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena arena;
	static struct response r;
	static struct zone *utc;
	struct request q = {
		.id = "fuzz", .method = STR("POST"), .path = STR("/_vti_bin/Lists.asmx"),
		.content_type = STR("text/xml"), .header = no_header,
	};
	struct wire_dates dates = { .in_utc = size % 2 };
	struct soap_call call;
	struct caml caml;
	const char *code;
	struct err e;
	char *copy;

	if (!utc) {
		arena_init(&arena, LIMIT_ARENA_BYTES);
		response_init(&r, "/tmp");
		utc = zone_open("UTC", &e);
	}
	dates.zone = utc;
	copy = memcpy(malloc(size + (size == 0)), data, size);
	q.body = (struct str){ copy, size };
	if (!soap_read(&arena, &q, NULL, &call, &r)) {
		check_refusal(&arena, &r);
	} else {
		if (caml_parse(&arena, call.args, &contacts, &caml, &code, &e) != OK)
			CHECK(e.peer[0]);
		try_methods(&arena, call.args, &dates);
	}
	free(copy);
	response_reset(&r);
	arena_reset(&arena);
	return 0;
}

/*
 * front_portal.c -- the pages of the portal, over an engine that is a table.
 *
 * PORTAL_PAGES=DIR keeps the pages as files, to look at.
 */
#include "unit.h"

#include <string.h>
#include <sys/stat.h>

#include "event_when.h"
#include "lists/wire.h"
#include "plan.h"
#include "portal/page.h"
#include "portal/show.h"
#include "stssync.h"

#define ROWS 120 /* three pages: 50, 50, 20 */
#define HOSTILE "<script>alert(1)</script>&\"' \x01\x0b end"

static struct {
	struct arena arena;
	struct hash hash;
	struct engine engine;
	struct site site;
	struct lists lists;
	struct list *list[4];
	struct response r;
	char htdocs[64];
	enum outcome state;       /* what plan_state answers */
	bool is_ready;
	uint32_t broken_after;    /* plan_changes fails after so many rows; 0: never */
	const char *if_none_match;
	const char *unavailable;
	const char *user;
	const char *html;         /* text of the notes */
} t;

static struct column columns[] = {
	{ .field = FIELD_TITLE, .name = "last", .type = VALUE_TEXT },
	{ .field = FIELD_BIRTHDAY, .name = "born", .type = VALUE_DATE },
	{ .field = FIELD_NOTES, .name = "notes", .type = VALUE_NOTE },
	{ .field = FIELD_COMPANY, .name = "company", .type = VALUE_TEXT },
	{ .field = FIELD_EMAIL, .name = "email", .type = VALUE_TEXT },
	{ .field = FIELD_FIRST_NAME, .name = "first", .type = VALUE_TEXT },
	{ .field = FIELD_WEB_PAGE, .name = "web", .type = VALUE_URL },
	{ .field = FIELD_WORK_CITY, .name = "city", .type = VALUE_TEXT },
	{ .field = FIELD_WORK_PHONE, .name = "phone", .type = VALUE_TEXT },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Its file has an error. */
static struct list broken = { .name = "broken", .title = "Broken file", .read = "alice" };
static struct list *refused[] = { &broken };

/* ---- the engine, as far as pages ask it ---- */

static void
fill(uint32_t id, struct item *item, struct row *row)
{
	static const char *const last[] = { "Abel", "Brontë", "Čapek", "Dürer" };
	static const char *const first[] = { "Niels", "Emily", "Karel", "Albrecht" };
	struct arena *a = &t.arena;

	*item = (struct item){ .id = id, .version = 3, .state = ITEM_LIVE,
		.created = 1772614800, .modified = 1772715600, .editor = STR("alice"),
		.bag = STR("8:BizCard<3:<b>5:Empty0:6:Suffix3:Jr.") };
	*row = (struct row){ .state = ROW_GOOD, .value = ARENA_ARRAY(a, struct str, COLUMNS) };
	row->value[0] = id == 7 ? STR(HOSTILE) : id == 8 ? STR("") : str_of(last[id % 4]);
	row->value[1] = STR("1984-11-23");
	row->value[2] = t.html ? str_of(t.html) : STR("Line one.\nLine two.");
	row->value[3] = STR("Adventure Works GmbH & Co. KG");
	row->value[4] = arena_fmt(a, "%s.%u@example.net", first[id % 4], id);
	row->value[5] = str_of(first[id % 4]);
	row->value[6] = id == 7 ? STR("javascript:alert(1)") : STR("https://example.net/?a=1&b=2");
	row->value[7] = STR("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch");
	row->value[8] = STR("+49 (30) 901820-14");
}

enum outcome
plan_state(struct engine *g, const struct list *l, struct list_state *out, struct err *e)
{
	(void)g;
	if (t.state != OK)
		return err_set(e, t.state, "The view of \"%s\" cannot be read.", l->title);
	*out = (struct list_state){ .head = 9, .head_ticks = 99, .is_ready = t.is_ready,
		.live_n = l == t.list[0] ? ROWS : 12345, .modified = 1772715600 };
	return OK;
}

enum outcome
plan_refresh(struct engine *g, const struct list *l, struct list_state *out, struct err *e)
{
	return plan_state(g, l, out, e);
}

enum outcome
plan_changes(struct engine *g, const struct list *l, const struct principal *who,
    const struct plan_request *q, const struct plan_sink *to, struct plan_result *out,
    struct err *e)
{
	struct cursor at = { .last_id = 0 };
	struct item item;
	struct row row;
	uint32_t id, n = 0;

	(void)g, (void)l, (void)who;
	*out = (struct plan_result){ .has_schema = true };
	if (q->cursor.n)
		assert_true(cursor_parse(q->cursor, &at));
	for (id = at.last_id + 1; id <= ROWS && n < q->limit; id++, n++) {
		if (t.broken_after && n == t.broken_after)
			return err_set(e, E_UNAVAILABLE, "The database went away.");
		fill(id, &item, &row);
		assert_int_equal(to->item(to->arg, &item, &row, e), OK);
	}
	out->has_cursor = id <= ROWS;
	out->cursor = (struct cursor){ .last_id = id - 1 };
	return OK;
}

enum outcome
store_one(struct store *s, const struct list *l, uint32_t id, struct item *item, struct row *row,
    struct err *e)
{
	(void)s, (void)l;
	if (id == 99)
		return err_set(e, E_FAILED, "SELECT secret FROM somewhere");
	fill(id, item, row);
	if (id > ROWS)
		item->id = 0;
	if (id == 9)
		item->state = ITEM_GONE_SOURCE;
	if (id == 10)
		*row = (struct row){ .state = ROW_BAD };
	return OK;
}

/* One event on the first day asked for, one on the last but one. */
enum outcome
event_when(struct engine *g, const struct list *l, const struct principal *who, int64_t from,
    int64_t to, event_each *each, void *arg, bool *is_cut, struct err *e)
{
	struct occurrence o = { .title = STR(HOSTILE) };
	struct item item;
	struct row row;

	(void)g, (void)l, (void)who;
	if (t.state != OK)
		return err_set(e, t.state, "The view of \"%s\" cannot be read.", l->title);
	fill(7, &item, &row);
	o.item = &item;
	o.start = from + 86400 + 3600;
	o.end = o.start + 1800;
	each(arg, &o);
	o.start = o.end = to - 2 * 86400;
	o.title = STR("");
	each(arg, &o);
	*is_cut = t.broken_after != 0;
	return OK;
}

struct list *const *
front_lists(struct front_context *c, size_t *out_n)
{
	(void)c;
	*out_n = strcmp(t.user, "nobody") == 0 ? 0 : t.lists.n;
	return t.lists.list;
}

struct list *
front_list(struct front_context *c, struct str name)
{
	(void)c;
	return strcmp(t.user, "nobody") == 0 ? NULL : lists_by_name(&t.lists, name);
}

const struct list *
front_refused_path(struct front_context *c, struct str path)
{
	(void)c;
	return str_eq(path, STR("/broken/Forms")) || str_eq(path, STR("/Lists/broken")) ?
	    &broken : NULL;
}

/* ---- asking ---- */

static struct str
header(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "If-None-Match") == 0 ? str_of(t.if_none_match) : STR_NULL;
}

static char *
ask(const char *method, const char *path, const char *query)
{
	struct front_context c = { &t.site, &t.lists, &t.engine, { str_of(t.user) },
		t.unavailable };
	struct request q = { .id = "ref-1", .method = str_of(method), .path = str_of(path),
		.query = str_of(query), .header = header };
	struct buf b;
	struct sink sink = unit_sink(&b);
	char *text;

	arena_reset(&t.arena);
	response_reset(&t.r);
	t.r.is_head = false;
	portal_handle(&c, &q, &t.r);
	buf_init(&b, 4 * MIB);
	assert_true(response_send(&t.r, &sink));
	text = arena_dup(&t.arena, buf_str(&b)).p ? strdup(b.p ? b.p : "") : NULL;
	buf_clear(&b);
	assert_non_null(text);
	return text;
}

static void
keep_page(const char *name, const char *text)
{
	const char *dir = getenv("PORTAL_PAGES");
	char path[256];
	FILE *f;

	if (!dir)
		return;
	snprintf(path, sizeof(path), "%s/%s.html", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is missing in:\n%s", part, text);
}

static void
has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" should not be in:\n%s", part, text);
}

static size_t
count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		n++;
	return n;
}

/* ---- tests ---- */

static void
home_shows_lists(void **state)
{
	char *page = ask("GET", "/", "");

	(void)state;
	assert_int_equal(t.r.status, 200);
	keep_page("home", page);
	has(page, "<h2>Customers &lt;&amp;&gt; friends</h2>");
	has(page, "<dd>12,345</dd>");
	/* 2026-03-05 13:00 UTC is 14:00 in Berlin */
	has(page, "<time datetime=\"2026-03-05T13:00:00Z\">5 March 2026, 14:00</time>");
	has(page, "href=\"stssync://sts/?ver=1.1&amp;type=contacts&amp;cmd=add-folder&amp;"
	    "base-url=https%3A%2F%2Fpim%2Eexample%2Enet%2Fcrm&amp;");
	has(page, "href=\"/crm/Lists/customers/AllItems.aspx\"");
	has(page, "You may add, change and delete");
	has(page, "You may only read");
	has(page, "You may change");
	has(page, "would be longer than the 500 characters");
	assert_int_equal(count(page, "href=\"stssync:"), 3);
	has(page, "Signed in as <strong>alice</strong>");
	has(buf_str(&t.r.headers).p, "Content-Security-Policy: default-src 'none'");
	has(buf_str(&t.r.headers).p, "frame-ancestors 'none'");
	has_not(page, "<script");
	has_not(page, " style=");
	free(page);
}

static void
home_is_default_aspx(void **state)
{
	char *one = ask("GET", "/", ""), *two = ask("GET", "/Default.ASPX", "");

	(void)state;
	assert_string_equal(one, two);
	free(one);
	free(two);
}

static void
home_without_lists(void **state)
{
	char *page;

	(void)state;
	t.user = "nobody";
	page = ask("GET", "/", "");
	assert_int_equal(t.r.status, 200);
	has(page, "There is no list that you may see");
	has_not(page, "stssync:");
	free(page);
}

static void
home_says_state_of_lists(void **state)
{
	char *page;

	(void)state;
	t.is_ready = false;
	page = ask("GET", "/", "");
	has(page, "Being prepared.");
	has_not(page, "stssync:");
	free(page);
	t.state = E_UNAVAILABLE;
	page = ask("GET", "/", "");
	keep_page("home-unavailable", page);
	assert_int_equal(t.r.status, 200);
	has(page, "The view of \"Project contacts\" cannot be read.");
	free(page);
}

static void
list_pages(void **state)
{
	char *page = ask("GET", "/Lists/customers/AllItems.aspx", "");

	(void)state;
	assert_int_equal(t.r.status, 200);
	keep_page("list", page);
	assert_int_equal(count(page, "<tr>"), 51);
	has(page, "<th scope=\"col\">Last name</th>");
	has(page, "<th scope=\"row\"><a href=\"/crm/Lists/customers/DispForm.aspx?ID=1\">Brontë</a>");
	has(page, "<a href=\"mailto:Emily.1@example.net\">");
	has(page, "<a href=\"tel:+493090182014\">");
	has(page, "href=\"/crm/Lists/customers/AllItems.aspx?after=50\">Next page");
	has(page, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;\"'  end");
	has(page, ">Item 8</a>"); /* no last name: the link needs a text */
	has_not(page, "First page");
	free(page);
	page = ask("GET", "/lists/CUSTOMERS/allitems.aspx/", "after=100");
	assert_int_equal(count(page, "<tr>"), 21);
	has(page, "ID=101\"");
	has(page, "First page");
	has_not(page, "Next page");
	free(page);
	page = ask("GET", "/Lists/customers/AllItems.aspx", "after=500");
	has(page, "no more items");
	free(page);
}

static void
other_addresses_of_a_list(void **state)
{
	static const char *const path[] = {
		"/Lists/customers", "/Lists/customers/", "/Lists/customers/calendar.aspx",
		"/customers/Forms/AllItems.aspx",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		char *page = ask("GET", path[i], "");

		assert_int_equal(t.r.status, 200);
		has(page, "<h1>Customers");
		free(page);
	}
}

static void
rows_that_fail_leave_no_half_page(void **state)
{
	char *page;

	(void)state;
	t.broken_after = 20;
	page = ask("GET", "/Lists/customers/AllItems.aspx", "");
	assert_int_equal(t.r.status, 503);
	has(buf_str(&t.r.headers).p, "Retry-After: 30");
	assert_int_equal(count(page, "<!DOCTYPE html>"), 1);
	assert_int_equal(count(buf_str(&t.r.headers).p, "Content-Type:"), 1);
	has_not(page, "<table");
	has(page, "The database went away.");
	has(page, "ref-1");
	free(page);
}

static void
item_page(void **state)
{
	char *page = ask("GET", "/Lists/customers/DispForm.aspx", "ID=1");

	(void)state;
	assert_int_equal(t.r.status, 200);
	keep_page("item", page);
	has(page, "<h1>Emily Brontë</h1>");
	has(page, "<dt>Birthday</dt><dd><time datetime=\"1984-11-23\">23 November 1984</time>");
	has(page, "<a href=\"https://example.net/?a=1&amp;b=2\">");
	has(page, "<dt>BizCard&lt;</dt><dd>&lt;b&gt;</dd>");
	has(page, "<dt>Suffix</dt><dd>Jr.</dd>");
	has_not(page, "<dt>Empty</dt>");
	has(page, "<dt>Version</dt><dd>3</dd>");
	has(page, "by alice");
	free(page);
	page = ask("GET", "/Lists/customers/AllItems.aspx/DispForm.aspx", "Source=x&id=7");
	assert_int_equal(t.r.status, 200);
	has_not(page, "<script");
	has_not(page, "href=\"javascript:");
	has(page, "javascript:alert(1)"); /* as a text */
	free(page);
	page = ask("GET", "/Lists/customers/DispForm.aspx", "ID=10");
	assert_int_equal(t.r.status, 200);
	has(page, "cannot be shown");
	free(page);
}

static void
month(void **state)
{
	char *page;

	(void)state;
	t.list[0]->kind = KIND_CALENDAR;
	page = ask("GET", "/Lists/customers/calendar.aspx", "month=2024-02");
	assert_int_equal(t.r.status, 200);
	keep_page("month", page);
	has(page, "<h2>February 2024</h2>");
	/* 1 February 2024 was a Thursday, and the month has 29 days: five weeks */
	assert_int_equal(count(page, "<tr>"), 1 + 5);
	assert_int_equal(count(page, "<time datetime=\"2024-0"), 35);
	has(page, "<td class=\"other\"><time datetime=\"2024-01-29\">");
	has(page, "month=2024-01");
	has(page, "month=2024-03");
	has(page, "DispForm.aspx?ID=7\">02:00 &lt;script&gt;");
	has_not(page, "<script");
	has_not(page, "Not all events");
	free(page);
	t.broken_after = 1;
	page = ask("GET", "/Lists/customers/calendar.aspx", "month=2026-02");
	has(page, "Not all events");
	/* from Sunday on: 26 January to 1 March */
	assert_int_equal(count(page, "<tr>"), 1 + 5);
	has(page, "<time datetime=\"2026-03-01\">");
	free(page);
	t.broken_after = 0;
	t.state = E_UNAVAILABLE;
	page = ask("GET", "/Lists/customers/calendar.aspx", "month=2026-02");
	assert_int_equal(t.r.status, 503);
	free(page);
	t.state = OK;
	t.list[0]->kind = KIND_CONTACTS;
}

/* A body written as HTML: in a frame, and itself without any power. */
static void
html_body(void **state)
{
	char *page;

	(void)state;
	t.list[0]->kind = KIND_TASKS;
	t.html = "<p onclick=\"x()\">Read <a href='https://example.net/'>this</a></p><script>";
	page = ask("GET", "/Lists/customers/DispForm.aspx", "ID=1");
	assert_int_equal(t.r.status, 200);
	has(page, "<iframe class=\"body\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\"");
	has(page, "src=\"/crm/Lists/customers/Body.aspx?ID=1&amp;Field=2\"");
	has_not(page, "onclick");
	has_not(page, "<script");
	free(page);
	page = ask("GET", "/Lists/customers/Body.aspx", "ID=1&Field=2");
	assert_int_equal(t.r.status, 200);
	has(page, t.html);
	has(t.r.headers.p, "Content-Security-Policy: sandbox allow-popups");
	has_not(t.r.headers.p, "allow-scripts");
	has_not(t.r.headers.p, "allow-same-origin");
	has(t.r.headers.p, "default-src 'none'");
	free(page);
	/* only what was written as HTML is ever served as HTML */
	page = ask("GET", "/Lists/customers/Body.aspx", "ID=7&Field=0");
	assert_int_equal(t.r.status, 404);
	has_not(page, "<script");
	free(page);
	page = ask("GET", "/Lists/customers/Body.aspx", "ID=1&Field=900");
	assert_int_equal(t.r.status, 404);
	free(page);
	t.html = NULL;
	page = ask("GET", "/Lists/customers/Body.aspx", "ID=1&Field=2");
	assert_int_equal(t.r.status, 404);
	free(page);
	t.html = "See https://example.net/a?b=1, or (http://example.org/).\nEnd";
	page = ask("GET", "/Lists/customers/DispForm.aspx", "ID=1");
	has(page, "See <a href=\"https://example.net/a?b=1\">https://example.net/a?b=1</a>, or (");
	has(page, "<a href=\"http://example.org/\">http://example.org/</a>).\nEnd");
	free(page);
	t.html = NULL;
	t.list[0]->kind = KIND_CONTACTS;
}

static void
what_is_not_there(void **state)
{
	static const struct {
		const char *path, *query;
		int status;
		const char *says;
	} asked[] = {
		{ "/nowhere", "", 404, "no page at this address" },
		{ "/Lists", "", 404, "no page" },
		{ "/customers/", "", 404, "no page" }, /* no library */
		{ "/Lists//AllItems.aspx", "", 404, "no page" },
		{ "/Lists/secret/AllItems.aspx", "", 404, "no list of this name" },
		{ "/Lists/customers/DispForm.aspx", "", 404, "number of an item" },
		{ "/Lists/customers/DispForm.aspx", "ID=-1", 404, "number of an item" },
		{ "/Lists/customers/DispForm.aspx", "ID=0", 404, "number of an item" },
		{ "/Lists/customers/DispForm.aspx", "ID=99999999999", 404, "number of an item" },
		{ "/Lists/customers/DispForm.aspx", "ID=4711", 404, "has no item 4711" },
		{ "/Lists/customers/DispForm.aspx", "ID=9", 404, "has no item 9" },
		{ "/Lists/customers/EditForm.aspx", "ID=1", 404, "edited in Outlook" },
		{ "/Lists/customers/NewForm.aspx", "", 404, "edited in Outlook" },
		{ "/Lists/customers/AllItems.aspx", "after=<b>", 400, "after=&lt;b&gt;" },
		{ "/Lists/customers/DispForm.aspx", "ID=99", 500, "ref-1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		char *page = ask("GET", asked[i].path, asked[i].query);

		assert_int_equal(t.r.status, asked[i].status);
		has(page, asked[i].says);
		has(page, "Back to the lists");
		has_not(page, "SELECT");
		free(page);
	}
	free(ask("GET", "/_vti_inf.html", ""));
	assert_int_equal(t.r.status, 404);
	has(buf_str(&t.r.headers).p, "text/plain");
	free(ask("POST", "/", ""));
	assert_int_equal(t.r.status, 405);
}

static void
refused_list(void **state)
{
	char *page;

	(void)state;
	page = ask("GET", "/Lists/broken", "");
	assert_int_equal(t.r.status, 503);
	has(page, "its provider file has an error");
	free(page);
	free(ask("PUT", "/broken/Forms", ""));
	assert_int_equal(t.r.status, 503);
	page = ask("GET", "/", "");
	has(page, "Broken file");
	has(page, "owsadm check");
	free(page);
	t.user = "bob";
	page = ask("GET", "/", "");
	has_not(page, "Broken file");
	free(page);
}

static void
unavailable_database(void **state)
{
	char *page;

	(void)state;
	t.unavailable = "The database does not answer.";
	page = ask("GET", "/", "");
	keep_page("unavailable", page);
	assert_int_equal(t.r.status, 503);
	has(buf_str(&t.r.headers).p, "Retry-After:");
	has(page, "The database does not answer.");
	free(page);
	free(ask("GET", "/_layouts/owsd/style.css", ""));
	assert_int_equal(t.r.status, 200);
}

static void
files(void **state)
{
	static const char *const none[] = {
		"/_layouts/owsd/..", "/_layouts/owsd/../secret.txt", "/_layouts/owsd/link.css",
		"/_layouts/owsd/dir.css", "/_layouts/owsd/.css", "/_layouts/owsd/none.css",
		"/_layouts/owsd/%2e%2e", "/_layouts/owsd/notes.md", "/_layouts/owsd/style.css.txt",
	};
	char *text = ask("GET", "/_layouts/owsd/style.css", ""), *tag, *end;
	size_t i;

	(void)state;
	assert_int_equal(t.r.status, 200);
	assert_string_equal(text, "body { }\n");
	has(buf_str(&t.r.headers).p, "Content-Type: text/css");
	free(text);
	tag = strdup(strstr(t.r.headers.p, "ETag: ") + 6);
	end = strstr(tag, "\r\n");
	assert_non_null(end);
	*end = '\0';
	t.if_none_match = tag;
	text = ask("GET", "/_layouts/owsd/style.css", "");
	assert_int_equal(t.r.status, 304);
	assert_string_equal(text, "");
	free(text);
	t.if_none_match = "\"other\"";
	free(ask("GET", "/_layouts/owsd/style.css", ""));
	assert_int_equal(t.r.status, 200);
	free(tag);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		free(ask("GET", none[i], ""));
		assert_int_equal(t.r.status, 404);
	}
}

static void
targets(void **state)
{
	static const struct {
		enum field field;
		enum value_type type;
		const char *value, *target;
	} asked[] = {
		{ FIELD_EMAIL, VALUE_TEXT, "a@b.c", "mailto:a@b.c" },
		{ FIELD_EMAIL, VALUE_TEXT, "o'neil+x@b.c", "mailto:o%27neil%2Bx@b.c" },
		{ FIELD_EMAIL, VALUE_TEXT, "a@b.c?cc=d@e.f", NULL },
		{ FIELD_EMAIL, VALUE_TEXT, "a@b.c, d@e.f", NULL },
		{ FIELD_EMAIL, VALUE_TEXT, "nobody", NULL },
		{ FIELD_EMAIL, VALUE_TEXT, "@b", NULL },
		{ FIELD_WORK_PHONE, VALUE_TEXT, "+49 30/1234", "tel:+49301234" },
		{ FIELD_WORK_PHONE, VALUE_TEXT, "1234 ext. 5", NULL },
		{ FIELD_WORK_PHONE, VALUE_TEXT, "-", NULL },
		{ FIELD_WEB_PAGE, VALUE_URL, "HTTP://x", "HTTP://x" },
		{ FIELD_WEB_PAGE, VALUE_URL, "javascript:alert(1)", NULL },
		{ FIELD_WEB_PAGE, VALUE_URL, "data:text/html,x", NULL },
		{ FIELD_WEB_PAGE, VALUE_URL, "https://", NULL },
		{ FIELD_WEB_PAGE, VALUE_URL, "https://x y", NULL },
		{ FIELD_COMPANY, VALUE_TEXT, "a@b.c", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct str got = show_target(&t.arena, asked[i].field, asked[i].type,
		    str_of(asked[i].value));

		assert_true(!got.p == !asked[i].target);
		if (got.p)
			assert_str(got, asked[i].target);
	}
	assert_str(page_number(&t.arena, 0), "0");
	assert_str(page_number(&t.arena, 999), "999");
	assert_str(page_number(&t.arena, 1000), "1,000");
	assert_str(page_number(&t.arena, 1234567), "1,234,567");
}

/* ---- the stage ---- */

static struct list *
make_list(const char *name, const char *title, unsigned allow)
{
	static unsigned char n;
	struct list *l = calloc(1, sizeof(*l));

	*l = (struct list){ .name = name, .title = title, .description = "People we sell to",
		.kind = KIND_CONTACTS, .column_n = COLUMNS, .column = columns, .read = "*",
		.write_access = "alice", .write = allow ? WRITE_VIEW : WRITE_NONE,
		.allow = allow, .id = { { 0x3f, ++n } } };
	return l;
}

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", t.htdocs, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int
open_all(void **state)
{
	static const char long_title[] = "Подразделение финансов и контроллинга отдела"
	    " финансового контроллинга и ещё";
	char path[128];
	struct err e;

	(void)state;
	arena_init(&t.arena, 64 * MIB);
	t.engine.arena = &t.arena;
	t.engine.vocabulary = &wire_vocabulary;
	t.list[0] = make_list("customers", "Customers <&> friends",
	    ALLOW_INSERT | ALLOW_UPDATE | ALLOW_DELETE);
	t.list[1] = make_list("people", "Project contacts", 0);
	t.list[2] = make_list("third", "Suppliers", ALLOW_UPDATE);
	/* list-url is never cut: a name of 400 characters makes any link too long */
	t.list[3] = make_list(memset(calloc(1, 401), 'x', 400), long_title, 0);
	t.lists = (struct lists){ .n = 4, .list = t.list, .refused_n = 1,
		.refused = refused };
	t.site = (struct site){ .base_url = "https://pim.example.net/crm", .base_path = "/crm",
		.title = "Example & Sons", .zone_name = "Europe/Berlin", .htdocs = t.htdocs,
		.zone = zone_open("Europe/Berlin", &e) };
	assert_non_null(t.site.zone);
	response_init(&t.r, "/tmp");
	strcpy(t.htdocs, "/tmp/owsd-portal-XXXXXX");
	assert_non_null(mkdtemp(t.htdocs));
	write_file("style.css", "body { }\n");
	write_file("notes.md", "no\n");
	snprintf(path, sizeof(path), "%s/link.css", t.htdocs);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	snprintf(path, sizeof(path), "%s/dir.css", t.htdocs);
	assert_int_equal(mkdir(path, 0700), 0);
	return 0;
}

static int
close_all(void **state)
{
	static const char *const names[] = { "style.css", "notes.md", "link.css", "dir.css", "" };
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", t.htdocs, names[i]);
		assert_int_equal(remove(path), 0);
	}
	response_clear(&t.r);
	arena_clear(&t.arena);
	zone_close(&t.site.zone);
	free((void *)(uintptr_t)t.list[3]->name);
	for (i = 0; i < 4; i++)
		free(t.list[i]);
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	t.state = OK;
	t.is_ready = true;
	t.broken_after = 0;
	t.if_none_match = t.unavailable = NULL;
	t.user = "alice";
	return 0;
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup(f, fresh)
	const struct CMUnitTest tests[] = {
		T(home_shows_lists), T(home_is_default_aspx), T(home_without_lists),
		T(home_says_state_of_lists), T(list_pages), T(other_addresses_of_a_list),
		T(rows_that_fail_leave_no_half_page), T(item_page), T(html_body), T(month),
		T(what_is_not_there), T(refused_list),
		T(unavailable_database), T(files), T(targets),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}

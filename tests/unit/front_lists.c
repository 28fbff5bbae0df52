/*
 * front_lists.c -- Lists.asmx and the front table, over an engine that is a table.
 *
 * FRONT_ANSWERS=DIR keeps the SOAP answers as files, to validate and to look at.
 */
#include "unit.h"

#include <inttypes.h>

#include "apply.h"
#include "attach.h"
#include "front.h"
#include "limits.h"
#include "lists/lists.h"
#include "lists/wire.h"
#include "plan.h"

#define LIST_ID "{7C1B9D52-30E4-4F6A-8F0E-5D2A61C4B001}"
#define NS11 "http://schemas.xmlsoap.org/soap/envelope/"
#define NS12 "http://www.w3.org/2003/05/soap-envelope"

static struct translation languages[] = {
	{ { "de", 2 }, { "German", 6 } },
	{ { "en", 2 }, { "English", 7 } },
	{ { "gb", 2 }, { "English", 7 } },
};

static struct column columns[] = {
	{ .field = FIELD_BIRTHDAY, .name = "born", .type = VALUE_DATE, .is_nullable = true },
	{ .field = FIELD_COMPANY, .name = "company", .type = VALUE_TEXT, .is_nullable = true,
	  .is_readonly = true },
	{ .field = FIELD_FILE_AS, .name = "fileas", .type = VALUE_TEXT, .is_nullable = true },
	{ .field = FIELD_FIRST_NAME, .name = "first", .type = VALUE_TEXT, .max_chars = 10 },
	{ .field = FIELD_GENDER, .name = "sex", .type = VALUE_CHOICE, .is_nullable = true },
	{ .field = FIELD_LANGUAGE, .name = "lang", .type = VALUE_CHOICE, .is_nullable = true,
	  .translation_n = 3, .translation = languages },
	{ .field = FIELD_WEB_PAGE, .name = "web", .type = VALUE_URL, .is_nullable = true },
};
enum { C_BORN, C_COMPANY, C_FILE_AS, C_FIRST, C_GENDER, C_LANG, C_WEB, COLUMNS };
_Static_assert(sizeof(columns) / sizeof(columns[0]) == COLUMNS, "columns");

static struct {
	struct arena arena;
	struct engine engine;
	struct site site;
	struct lists lists;
	struct list list[2];
	struct list *all[2];
	struct response r;
	char *text;               /* of the last answer */
	/* what the engine does */
	enum outcome state, apply;
	struct plan_result result;
	enum outcome plan;
	uint32_t rows;
	const char *bag, *history;
	/* what the engine was told */
	struct plan_request asked;
	unsigned applied;
	struct command_request change;
	char seen[2048];          /* cells and properties of the last change */
	/* the request */
	const char *user, *action, *type, *unavailable;
	enum body_state body_state;
} t;

/* ---- the engine, as far as the front asks it ---- */

static void
fill(uint32_t id, struct item *item, struct row *row)
{
	*item = (struct item){ .id = id, .version = 3, .state = ITEM_LIVE, .created = 1772614800,
		.modified = 1772715600, .editor = STR("alice"), .bag = str_of(t.bag),
		.history = str_of(t.history) };
	item->guid.b[15] = (unsigned char)id;
	*row = (struct row){ .state = ROW_GOOD, .created = INT64_MIN, .modified = INT64_MIN,
		.value = ARENA_ARRAY(&t.arena, struct str, COLUMNS) };
	row->value[C_BORN] = STR("1984-11-23");
	row->value[C_COMPANY] = STR("O'Neil & <Sons>\n\x01\"Ltd\"");
	row->value[C_FILE_AS] = STR("Lovelace, Ada");
	row->value[C_FIRST] = STR("");
	row->value[C_WEB] = STR("http://x.example/a,b");
}

enum outcome
plan_state(struct engine *g, const struct list *l, struct list_state *out, struct err *e)
{
	(void)g;
	if (t.state != OK)
		return err_set(e, t.state, "The view of \"%s\" cannot be read.", l->title);
	*out = t.result.state;
	return OK;
}

enum outcome
plan_changes(struct engine *g, const struct list *l, const struct principal *who,
    const struct plan_request *q, const struct plan_sink *to, struct plan_result *out,
    struct err *e)
{
	struct item item;
	struct guid guid = { { 1, 2 } };
	struct row row;
	uint32_t i;

	(void)g, (void)l, (void)who;
	t.asked = *q;
	*out = t.result;
	for (i = 1; i <= t.rows; i++) {
		fill(i, &item, &row);
		assert_int_equal(to->item(to->arg, &item, &row, e), OK);
	}
	for (i = 0; i < t.result.gone_n; i++)
		assert_int_equal(to->gone(to->arg, 1000 + i, &guid, e), OK);
	if (t.plan != OK)
		return err_set(e, t.plan, "The engine says no.");
	out->item_n = t.rows;
	return OK;
}

void
apply_one(struct engine *g, const struct list *l, const struct principal *who,
    const struct command_request *c, struct command_result *out)
{
	size_t i;
	int n = 0;

	(void)g, (void)l, (void)who;
	t.applied++;
	t.change = *c;
	t.change.ref = arena_dup(&t.arena, c->ref);
	t.seen[0] = '\0';
	for (i = 0; i < c->cell_n; i++)
		n += snprintf(t.seen + n, sizeof(t.seen) - (size_t)n, "%s=%s%.*s;",
		    columns[c->cell[i].column].name, c->cell[i].value.p ? "" : "NULL",
		    STR_ARG(c->cell[i].value));
	for (i = 0; i < c->property_n; i++)
		n += snprintf(t.seen + n, sizeof(t.seen) - (size_t)n, "%s%.*s:%.*s;",
		    c->property[i].is_quiet ? "~" : "", STR_ARG(c->property[i].name),
		    STR_ARG(c->property[i].value));
	*out = (struct command_result){ .outcome = t.apply };
	if (t.apply != OK)
		err_set(&out->err, t.apply, "The engine says no.");
	out->has_item = t.apply == OK || t.apply == E_CONFLICT || t.apply == E_DENIED;
	if (out->has_item)
		fill(c->command == COMMAND_NEW ? 21 : c->id, &out->item, &out->row);
}

enum outcome
store_one(struct store *s, const struct list *l, uint32_t id, struct item *item, struct row *row,
    struct err *e)
{
	(void)s, (void)l;
	if (t.state != OK)
		return err_set(e, t.state, "The view of \"%s\" cannot be read.", l->title);
	fill(id, item, row);
	if (id == 99)
		item->id = 0;
	if (id == 98)
		item->state = ITEM_GONE_SOURCE;
	if (id == 97)
		row->state = ROW_ABSENT;
	return OK;
}

/* Attachments are proved over the real engine (tests/wire); here they only have to link. */
void
attach_one(struct engine *g, const struct list *l, const struct principal *who,
    const struct attach_request *q, struct attach_result *out)
{
	(void)g, (void)l, (void)who, (void)q;
	*out = (struct attach_result){ .outcome = E_UNAVAILABLE };
}

enum outcome
attach_item(struct engine *g, const struct list *l, uint32_t id, struct item *out, struct err *e)
{
	struct row row;

	return store_one(g->store, l, id, out, &row, e);
}

/* So are the addresses of files. */
void
attachment_handle(struct front_context *c, const struct request *q, struct response *r)
{
	(void)c, (void)q;
	response_error(r, 404, "There are no attachments here.");
}

bool
attachment_takes(struct front_context *c, struct str path)
{
	(void)c, (void)path;
	return false;
}

void
document_handle(struct front_context *c, const struct request *q, struct response *r)
{
	(void)c, (void)q;
	response_error(r, 404, "There are no documents here.");
}

void
portal_handle(struct front_context *c, const struct request *q, struct response *r)
{
	(void)c;
	response_header(r, "Content-Type", "text/html");
	assert_true(spool_write(&r->body, q->path.p, q->path.n));
}

static void
now(void *env, int64_t *seconds, long *nanoseconds)
{
	(void)env;
	*seconds = 1772715600;
	*nanoseconds = 0;
}

/* ---- asking ---- */

static struct str
header(void *arg, const char *name)
{
	(void)arg;
	return strcasecmp(name, "SOAPAction") == 0 ? str_of(t.action) : STR_NULL;
}

static int
reset(void **state)
{
	(void)state;
	arena_reset(&t.arena);
	t.state = t.apply = t.plan = OK;
	t.result = (struct plan_result){ .has_schema = true,
		.token = { .list = t.list[0].id, .ticks = 638538150000000000, .number = 44 },
		.state = { .schema_version = 4, .live_n = 2, .created = 1704445200,
		    .modified = 1772715600, .deleted = 1704445200 } };
	t.rows = 2;
	t.bag = "";
	t.history = "";
	t.applied = 0;
	t.user = "alice";
	t.action = NULL;
	t.type = "text/xml; charset=utf-8";
	t.unavailable = NULL;
	t.body_state = BODY_OK;
	t.list[0].is_bound = true;
	t.list[0].write_access = "alice";
	t.list[1].read = t.list[1].write_access = "bob";
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	arena_init(&t.arena, LIMIT_ARENA_BYTES);
	response_init(&t.r, "/tmp");
	t.engine = (struct engine){ .arena = &t.arena, .now = now };
	t.site = (struct site){ .base_url = "https://pim.example.net/crm", .base_path = "/crm",
		.title = "CRM", .recommended_minutes = 5, .zone = zone_open("Europe/Berlin", NULL) };
	t.list[0] = (struct list){ .name = "customers", .title = "Our Customers",
		.description = "People & <firms>", .kind = KIND_CONTACTS, .read = "alice, carol",
		.write_access = "alice", .write = WRITE_VIEW,
		.allow = ALLOW_INSERT | ALLOW_UPDATE | ALLOW_DELETE,
		.column_n = COLUMNS, .column = columns, .zone = t.site.zone };
	t.list[1] = t.list[0];
	t.list[1].name = "secret";
	t.list[1].title = "Secret";
	t.list[1].is_bound = true;
	assert_true(guid_parse(STR(LIST_ID), &t.list[0].id));
	t.list[1].id.b[0] = 7;
	t.all[0] = &t.list[0];
	t.all[1] = &t.list[1];
	t.lists = (struct lists){ .n = 2, .list = t.all };
	return t.site.zone ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	free(t.text);
	response_clear(&t.r);
	arena_clear(&t.arena);
	zone_close(&t.site.zone);
	return 0;
}

/* Status; the text is in t.text, headers in front of it. */
static int
send(const char *method, const char *path, const char *query, struct str body)
{
	struct front_context c = { .site = &t.site, .lists = &t.lists, .engine = &t.engine,
		.unavailable = t.unavailable };
	struct request q = { .id = "ref-1", .method = str_of(method), .path = str_of(path),
		.query = str_of(query), .content_type = str_of(t.type),
		.remote_user = str_of(t.user), .body = body, .body_state = t.body_state,
		.header = header };
	struct buf b;
	struct sink sink = unit_sink(&b);

	response_reset(&t.r);
	front_handle(&c, &q, &t.r);
	buf_init(&b, 64u << 20);
	buf_add_str(&b, buf_str(&t.r.headers));
	buf_add(&b, "\r\n", 2);
	assert_true(response_send(&t.r, &sink));
	free(t.text);
	t.text = strndup(b.p, b.n);
	if (!t.r.is_head)
		assert_int_equal(b.n - buf_str(&t.r.headers).n - 2, response_length(&t.r));
	buf_clear(&b);
	return t.r.status;
}

static void
keep(const char *name)
{
	const char *dir = getenv("FRONT_ANSWERS"), *body = strstr(t.text, "\r\n\r\n");
	char path[256];
	FILE *f;

	if (!dir)
		return;
	snprintf(path, sizeof(path), "%s/%s.xml", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(body + 4, f);
	fclose(f);
}

static int
soap_raw(const char *text)
{
	return send("POST", "/crm/_vti_bin/Lists.asmx", "", str_of(text));
}

/* Outlook's envelope. inner: the operation's element. */
static int
soap(const char *inner)
{
	return soap_raw(arena_fmt(&t.arena, "<Envelope xmlns=\"" NS11 "\"><Body>%s</Body></Envelope>",
	    inner).p);
}

#define OP(name, inner) "<" name " xmlns=\"http://schemas.microsoft.com/sharepoint/soap/\">" \
	inner "</" name ">"
#define LIST_NAME "<listName>" LIST_ID "</listName>"

static int
batch(const char *attributes, const char *methods)
{
	t.action = "\"http://schemas.microsoft.com/sharepoint/soap/UpdateListItems\"";
	return soap(arena_fmt(&t.arena, OP("UpdateListItems", LIST_NAME
	    "<updates><Batch DateInUtc=\"TRUE\" Properties=\"TRUE\" %s>%s</Batch></updates>"),
	    attributes, methods).p);
}

static int
method(const char *cmd, const char *fields)
{
	return batch("", arena_fmt(&t.arena, "<Method ID=\"1\" Cmd=\"%s\">%s</Method>", cmd,
	    fields).p);
}

static void
has(const char *part)
{
	if (!strstr(t.text, part))
		fail_msg("\"%s\" is missing in:\n%s", part, t.text);
}

static void
has_not(const char *part)
{
	if (strstr(t.text, part))
		fail_msg("\"%s\" should not be in:\n%s", part, t.text);
}

static unsigned
count(const char *part)
{
	const char *p = t.text;
	unsigned n = 0;

	while ((p = strstr(p, part)))
		n++, p++;
	return n;
}

/* ---- the front table ---- */

static void
every_answer_says_what_we_are(void **state)
{
	static const char *const paths[] = { "/crm/_vti_bin/Lists.asmx", "/crm/healthz", "/crm/",
		"/crm/_vti_bin/nothing.asmx", "/elsewhere" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		send("GET", paths[i], "", STR(""));
		has("MicrosoftSharePointTeamServices: 14.0.0.7015\r\n");
		has("X-Content-Type-Options: nosniff\r\n");
		has("Cache-Control: no-store\r\n");
	}
}

static void
paths_and_methods(void **state)
{
	static const struct {
		const char *method, *path;
		int status;
	} cases[] = {
		{ "GET", "/crm/_vti_bin/Lists.asmx", 200 },
		{ "GET", "/crm/_VTI_BIN/LISTS.ASMX", 200 },
		{ "HEAD", "/crm/_vti_bin/lists.asmx", 200 },
		{ "GET", "/crm/_vti_bin/lists.asmx/GetList", 404 },
		{ "GET", "/crm/_vti_bin/lists.asmxx", 404 },
		{ "POST", "/crm/_vti_bin/webs.asmx", 404 },
		{ "GET", "/crm/_vti_bin/", 404 },
		{ "GET", "/crm", 200 },
		{ "GET", "/crm/Lists/x/AllItems.aspx", 200 },
		{ "GET", "/crmother/healthz", 404 },
		{ "GET", "/_vti_bin/Lists.asmx", 404 },
		{ "DELETE", "/crm/_vti_bin/Lists.asmx", 405 },
		{ "PUT", "/crm/x", 405 },
		{ "POST", "/crm/healthz", 405 },
		{ "GET", "/crm/healthz", 200 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (send(cases[i].method, cases[i].path, "", STR("")) != cases[i].status)
			fail_msg("%s %s: %d\n%s", cases[i].method, cases[i].path, t.r.status, t.text);
		if (cases[i].status >= 400)
			has("Content-Type: text/plain");
		if (cases[i].status == 405)
			has("Allow: GET, HEAD");
	}
	assert_int_equal(send("OPTIONS", "/crm/_vti_bin/Lists.asmx", "", STR("")), 200);
	has("Allow: GET, HEAD, POST, OPTIONS\r\n");
	has_not("MS-Author-Via");
}

static void
who_may_come_in(void **state)
{
	(void)state;
	t.user = "";
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 401);
	has_not("WWW-Authenticate");
	t.site.auth_hint = "Basic realm=\"x\"";
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 401);
	has("WWW-Authenticate: Basic realm=\"x\"");
	t.site.auth_hint = NULL;
	assert_int_equal(send("GET", "/crm/healthz", "", STR("")), 200);
	assert_int_equal(send("OPTIONS", "/crm/_vti_bin/Lists.asmx", "", STR("")), 200);
	/* another list is open to everybody: this one still asks who it is */
	t.list[1].read = "anonymous";
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 401);
	assert_int_equal(soap(OP("GetList", "<listName>secret</listName>")), 200);
}

static void
no_database(void **state)
{
	(void)state;
	t.unavailable = "The database does not answer.";
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 503);
	has("Retry-After: 30\r\n");
	has("The database does not answer.");
	assert_int_equal(send("GET", "/crm/healthz", "", STR("")), 503);
	t.unavailable = NULL;
	t.list[0].is_bound = false;
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 503);
	has("Retry-After: 30\r\n");
	has("(reference ref-1)");
	t.list[0].is_bound = true;
	t.state = E_UNAVAILABLE;
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 503);
	t.plan = E_UNAVAILABLE;
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME)), 503);
	has_not("z:row"); /* what was spooled is forgotten */
	has("Retry-After: 30\r\n");
}

static void
bodies_and_types(void **state)
{
	static const char *const refused[] = { "text/plain", "application/x-www-form-urlencoded",
		"multipart/form-data; boundary=x", "", "application/xml", "text/xmlish" };
	size_t i;

	(void)state;
	t.body_state = BODY_TOO_LARGE;
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 413);
	t.body_state = BODY_CUT;
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 400);
	t.body_state = BODY_OK;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		t.type = refused[i];
		assert_int_equal(soap(OP("GetList", LIST_NAME)), 415);
	}
	t.type = "TEXT/XML;charset='utf-8'";
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 200);
}

static void
headers_cannot_be_split(void **state)
{
	(void)state;
	response_reset(&t.r);
	response_header(&t.r, "X-Name", "a\r\nSet-Cookie: %s", "b");
	response_header(&t.r, "X-Fine", "1");
	assert_str(buf_str(&t.r.headers), "X-Fine: 1\r\n");
	assert_true(response_has_header(&t.r, "x-fine"));
	assert_false(response_has_header(&t.r, "X-Name"));
}

/* ---- SOAP ---- */

static void
envelopes_of_both_versions(void **state)
{
	(void)state;
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 200);
	has("Content-Type: text/xml; charset=utf-8\r\n");
	has("\r\n\r\n<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"" NS11 "\"");
	has("<soap:Body><GetListResponse xmlns=\"http://schemas.microsoft.com/sharepoint/soap/\">"
	    "<GetListResult><List ");
	keep("GetList11");
	/* the namespace decides, not the type; any prefix; parameters in any namespace */
	assert_int_equal(soap_raw("<q:Envelope xmlns:q=\"" NS12 "\"><q:Header/><q:Body>"
	    "<tns:GetList xmlns:tns=\"urn:x\"><listName>our customers</listName></tns:GetList>"
	    "</q:Body></q:Envelope>"), 200);
	has("Content-Type: application/soap+xml; charset=utf-8\r\n");
	has("xmlns:soap=\"" NS12 "\"");
	keep("GetList12");
	assert_null(strstr(t.text, "> <"));
	assert_null(strstr(t.text, ">\n<"));
}

static void
lists_are_found(void **state)
{
	static const char *const names[] = { LIST_ID, "7c1b9d52-30e4-4f6a-8f0e-5d2a61c4b001",
		"\n " LIST_ID " ", "OUR CUSTOMERS", "Customers", "<![CDATA[customers]]>" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(soap(arena_fmt(&t.arena, OP("GetList", "<listName>%s</listName>"),
		    names[i]).p), 200);
	assert_int_equal(soap(OP("GetList", "<listName>Nothing</listName>")), 500);
	has("<errorcode xmlns=\"http://schemas.microsoft.com/sharepoint/soap/\">0x82000006</errorcode>");
	keep("Fault11");
	/* not readable is not there */
	assert_int_equal(soap(OP("GetList", "<listName>secret</listName>")), 500);
	has(">0x82000006<");
	assert_int_equal(soap(OP("GetList", "<listName/>")), 500);
	has(">0x82000006<");
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", "")), 500);
	has(">0x82000006<");
	t.action = "UpdateListItems";
	assert_int_equal(soap(OP("UpdateListItems", "<listName></listName>")), 500);
	has("Cannot access a closed Stream.");
	has_not("errorcode");
}

static void
faults_of_both_versions(void **state)
{
	(void)state;
	assert_int_equal(soap(OP("GetList", "<listName>x</listName>")), 500);
	has("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>List does not exist.");
	has("</faultstring><detail><errorstring xmlns=\"http://schemas.microsoft.com/sharepoint/soap/\">");
	has("(reference ref-1)</errorstring><errorcode ");
	t.type = "application/soap+xml";
	assert_int_equal(soap_raw("<e:Envelope xmlns:e=\"" NS12 "\"><e:Body>"
	    OP("GetList", "<listName>x</listName>") "</e:Body></e:Envelope>"), 500);
	has("<soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason>"
	    "<soap:Text xml:lang=\"en\">");
	has("<soap:Detail><errorstring ");
	has(">0x82000006</errorcode></soap:Detail>");
	keep("Fault12");
}

static void
what_is_no_call(void **state)
{
	(void)state;
	assert_int_equal(soap(OP("DropTable", "")), 500);
	has("<faultcode>soap:Client</faultcode>");
	has("DropTable");
	assert_int_equal(soap(""), 500);
	has("soap:Client");
	assert_int_equal(soap_raw("<Envelope xmlns=\"" NS11 "\"/>"), 500);
	has("soap:Client");
	assert_int_equal(soap_raw("<Envelope xmlns=\"urn:soap-9\"><Body><x/></Body></Envelope>"), 500);
	has("soap:VersionMismatch");
	assert_int_equal(soap_raw("<html/>"), 500);
	has("soap:Client");
	assert_int_equal(soap_raw("<Envelope xmlns=\"" NS11 "\"><Header><a:b xmlns:a=\"urn:a\" "
	    "xmlns:s=\"" NS11 "\" s:mustUnderstand=\"1\"/></Header><Body>"
	    OP("GetList", LIST_NAME) "</Body></Envelope>"), 500);
	has("soap:MustUnderstand");
	assert_int_equal(soap_raw("<Envelope xmlns=\"" NS11 "\"><Body>"), 400);
	has("Content-Type: text/plain");
	assert_int_equal(soap_raw(""), 400);
	assert_int_equal(soap_raw("<!DOCTYPE x [<!ENTITY a \"b\">]><Envelope xmlns=\"" NS11 "\"/>"),
	    500);
	has("soap:Client");
	has("DOCTYPE");
}

static void
action_and_body(void **state)
{
	static const char body[] = OP("UpdateListItems", LIST_NAME "<updates><Batch>"
	    "<Method ID=\"1\" Cmd=\"Delete\"><Field Name=\"ID\">1</Field></Method></Batch></updates>");

	(void)state;
	/* a form of another site cannot send SOAPAction */
	assert_int_equal(soap(body), 500);
	has(">0x8102006d<");
	assert_int_equal(t.applied, 0);
	t.action = "\"http://schemas.microsoft.com/sharepoint/soap/GetList\"";
	assert_int_equal(soap(body), 500);
	has("soap:Client");
	assert_int_equal(t.applied, 0);
	t.action = "\"urn:other/UpdateListItems\"";
	assert_int_equal(soap(body), 500);
	assert_int_equal(t.applied, 0);
	t.action = "http://schemas.microsoft.com/sharepoint/soap/UpdateListItems";
	assert_int_equal(soap(body), 200);
	t.action = NULL;
	t.type = "application/soap+xml; action=\"http://schemas.microsoft.com/sharepoint/soap/GetList\"";
	assert_int_equal(soap(body), 500);
	t.type = "application/soap+xml;charset=utf-8";
	assert_int_equal(soap(body), 200);
	assert_int_equal(t.applied, 2);
	/* reads: the body wins */
	t.type = "text/xml";
	t.action = "\"http://schemas.microsoft.com/sharepoint/soap/UpdateListItems\"";
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 200);
}

/* ---- GetList ---- */

static void
the_schema(void **state)
{
	(void)state;
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 200);
	has("DefaultViewUrl=\"/crm/Lists/customers/AllItems.aspx\"");
	has("ID=\"" LIST_ID "\" Title=\"Our Customers\" Description=\"People &amp; &lt;firms&gt;\"");
	has("Name=\"" LIST_ID "\" BaseType=\"0\" FeatureId=\"{00BFEA71-7E6D-4186-9BA8-C047AC750105}\""
	    " ServerTemplate=\"105\"");
	has("Version=\"4\"");
	has("ItemCount=\"2\"");
	has("RootFolder=\"/crm/Lists/customers\"");
	has("<TimeZone>-60</TimeZone>");
	has("<ServerVersion>14.0.0.7015</ServerVersion>");
	has("Name=\"FirstName\" StaticName=\"FirstName\"");
	has("DisplayName=\"Last Name\" Type=\"Text\" MaxLength=\"255\"/>"); /* no column: in the bag */
	has("Type=\"Text\" Required=\"TRUE\" MaxLength=\"10\"/>");
	has("Type=\"Text\" ReadOnly=\"TRUE\" MaxLength=\"255\"/>");
	has("Name=\"Birthday\"");
	has("Format=\"DateOnly\"");
	has("<CHOICES><CHOICE>Unspecified</CHOICE><CHOICE>Female</CHOICE><CHOICE>Male</CHOICE></CHOICES>"
	    "<MAPPINGS><MAPPING Value=\"0\">");
	has("<CHOICES><CHOICE>German</CHOICE><CHOICE>English</CHOICE></CHOICES></Field>");
	/* what has no ID, no column, or must never be declared */
	has_not("\"FileAs\"");
	has_not("\"HomePhone\"");
	has_not("\"ReplicationID\"");
	has_not("\"vti_versionhistory\"");
}

static void
the_collection(void **state)
{
	(void)state;
	assert_int_equal(soap(OP("GetListCollection", "")), 200);
	has("<GetListCollectionResult><Lists><List ");
	assert_int_equal(count("<List "), 1); /* Secret is bob's */
	has_not("<Field");
	keep("GetListCollection");
	t.user = "mallory";
	assert_int_equal(soap(OP("GetListCollection", "")), 200);
	has("<Lists/>");
}

/* ---- changes ---- */

#define OUTLOOK_FIELDS "<viewFields><ViewFields Properties=\"TRUE\"><FieldRef Name=\"ID\"/>" \
	"<FieldRef Name=\"Birthday\"/><FieldRef Name=\"Company\"/><FieldRef Name=\"Title\"/>" \
	"<FieldRef Name=\"Attachments\"/><FieldRef Name=\"Editor\"/><FieldRef Name=\"WebPage\"/>" \
	"<FieldRef Name=\"MetaInfo\"/><FieldRef Name=\"PermMask\"/></ViewFields></viewFields>" \
	"<queryOptions><QueryOptions><DateInUtc>TRUE</DateInUtc><ExpandUserField>TRUE" \
	"</ExpandUserField></QueryOptions></queryOptions>"

static void
a_first_download(void **state)
{
	(void)state;
	t.bag = "7:Account2:a 7:Company5:stale6:FileAs5:stale7:HomeZip3:111"
	    "21:HomeAddressPostalCode4:222213:ReplicationID3:{x}5:Title8:Lovelace3:a b0:"
	    "18:vti_versionhistory3:no!";
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME OUTLOOK_FIELDS)), 200);
	keep("Changes11");
	has("<GetListItemChangesSinceTokenResult><listitems MinTimeBetweenSyncs=\"0\" "
	    "RecommendedTimeBetweenSyncs=\"5\" MaxBulkDocumentSyncSize=\"500\" "
	    "AlternateUrls=\"https://pim.example.net/crm/\" EffectivePermMask=\"ViewListItems, "
	    "AddListItems, EditListItems, DeleteListItems, OpenItems, ");
	has("<Changes LastChangeToken=\"1;3;7c1b9d52-30e4-4f6a-8f0e-5d2a61c4b001;"
	    "638538150000000000;44\"><List ");
	has("</List></Changes><rs:data ItemCount=\"2\"><z:row ows_ID=\"1\" ows_owshiddenversion=\"3\" "
	    "ows_ContentTypeId=\"0x0106007C1B9D5230E44F6A8F0E5D2A61C4B001\" "
	    "ows_Created=\"2026-03-04T09:00:00Z\"");
	has("/></rs:data></listitems></GetListItemChangesSinceTokenResult>");
	has(" ows_Birthday=\"1984-11-23T00:00:00Z\"");
	has(" ows_Company=\"O'Neil &amp; &lt;Sons&gt;&#10;&quot;Ltd&quot;\"");
	has(" ows_WebPage=\"http://x.example/a,,b, http://x.example/a,b\"");
	has(" ows_Title=\"Lovelace\"");
	has(" ows_MetaInfo_FileAs=\"Lovelace, Ada\"");
	has(" ows_MetaInfo_Account=\"a \"");
	has(" ows_MetaInfo_a_x0020_b=\"\"");
	has(" ows_MetaInfo_HomeAddressPostalCode=\"2222\" ows_MetaInfo_HomeZip=\"2222\"");
	has(" ows_MetaInfo_ReplicationID=\"{x}\"");
	has(" ows_MetaInfo_vti_versionhistory=\"7c1b9d5230e44f6a8f0e5d2a61c4b001:3\"");
	has(" ows_PermMask=\"0x1b03c4312ef\"");
	has(" ows_UniqueId=\"1;#{00000000-0000-0000-0000-000000000001}\" ows_FSObjType=\"1;#0\" "
	    "ows_FileRef=\"1;#crm/Lists/customers/1_.000\"");
	has(" ows_Attachments=\"0\"");
	has(";#alice,#alice,#,#,#alice\"");
	has_not("ows_FirstName"); /* not asked for, and empty */
	has_not("ows_MetaInfo_Title");
	has_not("ows_MetaInfo=");
	has_not("MoreChanges");
	has_not("stale"); /* a column's value wins over what the bag still holds */
	assert_int_equal(count("<z:row "), 2);
	assert_int_equal(count("ows_MetaInfo_FileAs="), 2);
	assert_int_equal(count("ows_MetaInfo_HomeZip="), 2);
	assert_int_equal(t.asked.token.n, 0);
	assert_int_equal(t.asked.limit, 0);
}

static void
a_difference(void **state)
{
	(void)state;
	t.rows = 0;
	t.result.gone_n = 2;
	t.result.has_schema = false;
	t.result.has_more = true;
	t.history = "00000000000000000000000000000000:1";
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME "<rowLimit>7</rowLimit>"
	    "<changeToken> 1;3;x </changeToken>")), 200);
	keep("Difference11");
	has(";44\" MoreChanges=\"TRUE\"><Id ChangeType=\"Delete\" "
	    "UniqueId=\"{01020000-0000-0000-0000-000000000000}\">1000</Id><Id ");
	has("</Id></Changes><rs:data ItemCount=\"0\"></rs:data></listitems>");
	assert_str(t.asked.token, "1;3;x");
	assert_int_equal(t.asked.limit, 7);
	has_not("<List ");
	t.rows = 1;
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME "<viewFields>"
	    "<ViewFields/></viewFields><queryOptions><QueryOptions/></queryOptions>")), 200);
	has(" ows_Created=\"2026-03-04 10:00:00\""); /* site time */
	has(" ows_Birthday=\"1984-11-23 00:00:00\"");
	has(";#alice\"");
	has_not("MetaInfo_");
}

static void
pages_and_restarts(void **state)
{
	(void)state;
	t.result.has_cursor = true;
	t.result.cursor = (struct cursor){ .token = t.result.token, .last_id = 2 };
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME "<queryOptions>"
	    "<QueryOptions><Paging ListItemCollectionPositionNext=\"p&amp;1\"/></QueryOptions>"
	    "</queryOptions><query><Query><OrderBy><FieldRef Name=\"ID\" Ascending=\"FALSE\"/>"
	    "</OrderBy></Query></query>")), 200);
	has("<rs:data ItemCount=\"2\" ListItemCollectionPositionNext=\"");
	assert_str(t.asked.cursor, "p&1");
	assert_true(t.asked.is_descending);
	t.rows = 0;
	t.result.is_restart = true;
	t.result.has_cursor = false;
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME
	    "<changeToken>1;3;x;1;1</changeToken>")), 200);
	has(";44\"><Id ChangeType=\"InvalidToken\"/></Changes><rs:data ItemCount=\"0\">");
	keep("Restart11");
	t.plan = E_INVALID;
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME
	    "<changeToken>rubbish</changeToken>")), 500);
	has("The engine says no. (reference ref-1)");
	has_not("errorcode");
	has_not("z:row");
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME
	    "<rowLimit>many</rowLimit>")), 500);
	has(">0x82000001<");
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME "<viewName>"
	    "{11111111-2222-3333-4444-555555555555}</viewName>")), 500);
	has(">0x82000005<");
	t.plan = OK;
	t.result.is_restart = false;
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME
	    "<viewName>no guid</viewName>")), 200);
}

static void
a_reader_is_told_so(void **state)
{
	(void)state;
	t.user = "DOMAIN\\Carol";
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME)), 200);
	has("EffectivePermMask=\"ViewListItems, OpenItems, ViewVersions, ");
	has(" ows_PermMask=\"0xb008431061\"");
}

/* Every ows_X that a row carries is a Field of GetList. */
static void
rows_carry_declared_fields(void **state)
{
	char *row, *p, *end, *schema;
	char field[128];

	(void)state;
	t.bag = "5:Title1:x";
	assert_int_equal(soap(OP("GetList", LIST_NAME)), 200);
	schema = strdup(t.text);
	assert_int_equal(soap(OP("GetListItemChangesSinceToken", LIST_NAME)), 200);
	row = strstr(t.text, "<z:row");
	assert_non_null(row);
	end = strstr(row, "/>");
	for (p = row; (p = strstr(p, " ows_")) && p < end; p++) {
		snprintf(field, sizeof(field), " Name=\"%.*s\"", (int)strcspn(p + 5, "="), p + 5);
		if (!strstr(schema, field))
			fail_msg("%s is not declared", field);
	}
	free(schema);
}

/* ---- updates ---- */

static void
a_new_item(void **state)
{
	(void)state;
	assert_int_equal(method("New", "<Field Name=\"ID\">New</Field>"
	    "<Field Name=\"FirstName\">Ad</Field><Field Name=\"FirstName\">Ada</Field>"
	    "<Field Name=\"Birthday\">1984-11-22T23:00:00Z</Field><Field Name=\"WebPage\"/>"
	    "<Field Name=\"Company\">ignored: read-only</Field><Field Name=\"Created\">x</Field>"
	    "<Field Name=\"GUID\">x</Field><Field Name=\"Title\">Lovelace</Field>"
	    "<Field Name=\"HomePhone\">1</Field>"
	    "<Field Name=\"MetaInfo\" Property=\"FileAs\">L, A</Field>"
	    "<Field Name=\"MetaInfo\" Property=\"HomeZip\">222</Field>"
	    "<Field Name=\"MetaInfo\" Property=\"a_x0020_b\"></Field>"
	    "<Field Name=\"MetaInfo\" Property=\"vti_clientversion\">1</Field>"
	    "<Field Name=\"MetaInfo\" Property=\"ReplicationID\">{R}</Field>"
	    "<Field Name=\"MetaInfo\" Property=\"vti_versionhistory\">h:1</Field>"), 200);
	keep("New11");
	assert_int_equal(t.change.command, COMMAND_NEW);
	assert_int_equal(t.change.id, 0);
	assert_string_equal(t.seen, "first=Ada;born=1984-11-23;web=NULL;fileas=L, A;"
	    "Title:Lovelace;HomePhone:1;HomeAddressPostalCode:222;a b:;~vti_clientversion:1;"
	    "~ReplicationID:{R};");
	assert_str(t.change.ref, "{R}");
	has("<Results><Result ID=\"1,New\" List=\"" LIST_ID "\" Version=\"3\"><ErrorCode>0x00000000"
	    "</ErrorCode><z:row xmlns:z=\"#RowsetSchema\" ows_ID=\"21\"");
	has(" ows_MetaInfo_vti_versionhistory=");
	has("/></Result></Results></UpdateListItemsResult>");
	has_not("<ID");
	has_not("ErrorText");
}

static void
updates_and_deletes(void **state)
{
	(void)state;
	assert_int_equal(method("Update", "<Field Name=\"ID\"> 4 </Field>"
	    "<Field Name=\"owshiddenversion\">2</Field><Field Name=\"FirstName\"></Field>"), 200);
	assert_int_equal(t.change.command, COMMAND_UPDATE);
	assert_int_equal(t.change.id, 4);
	assert_int_equal(t.change.expected, 2);
	assert_null(t.change.history.p);
	assert_string_equal(t.seen, "first=;"); /* NOT NULL: empty, not NULL */
	assert_int_equal(method("Update", "<Field Name=\"ID\">4</Field>"
	    "<Field Name=\"owshiddenversion\"/>"), 200);
	assert_int_equal(t.change.expected, 0);
	assert_int_equal(method("Update", "<Field Name=\"ID\">4</Field>"
	    "<Field Name=\"owshiddenversion\">0</Field>"), 200);
	assert_int_equal(t.change.expected, UINT32_MAX); /* said, and never true */
	assert_int_equal(method("Delete", "<Field Name=\"ID\">4</Field>"), 200);
	has("<Result ID=\"1,Delete\"><ErrorCode>0x00000000</ErrorCode></Result></Results>");
	keep("Delete11");
}

static void
outcomes_as_codes(void **state)
{
	static const struct {
		enum outcome outcome;
		const char *code;
		bool has_row;
	} cases[] = {
		{ E_CONFLICT, "0x81020015", true },
		{ E_NOT_FOUND, "0x81020016", false },
		{ E_DENIED, "0x80070005", true },
		{ E_INVALID, "0x81020014", true },
		{ E_LIMIT, "0x81020014", true },
		{ E_FAILED, "0x81020014", false },
		{ E_UNCERTAIN, "0x81020014", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t.apply = cases[i].outcome;
		assert_int_equal(method("Update", "<Field Name=\"ID\">4</Field>"
		    "<Field Name=\"owshiddenversion\">7</Field>"), 200);
		has(arena_fmt(&t.arena, "<ErrorCode>%s</ErrorCode><ErrorText>The engine says no. "
		    "(reference ref-1)</ErrorText>", cases[i].code).p);
		assert_int_equal(count("<z:row"), cases[i].has_row);
		if (cases[i].outcome == E_CONFLICT)
			has("<Result ID=\"1,Update\" List=\"" LIST_ID "\" Version=\"8\">");
		if (cases[i].outcome == E_NOT_FOUND)
			has("</ErrorText></Result>");
		keep(outcome_name(cases[i].outcome));
	}
	t.apply = E_UNAVAILABLE; /* nothing was done: the client comes back */
	assert_int_equal(method("Update", "<Field Name=\"ID\">4</Field>"), 503);
	has_not("Result");
}

static void
methods_that_fail(void **state)
{
	static const struct {
		const char *cmd, *fields, *code, *says;
	} cases[] = {
		{ "New", "<Field Name=\"Rating\">1</Field>", "0x81020014", "\"Rating\"" },
		{ "New", "<Field Name=\"firstname\">1</Field>", "0x81020014", "\"firstname\"" },
		{ "New", "<Field>1</Field>", "0x81020014", "\"\"" },
		{ "New", "<Field Name=\"FirstName\">ÄÄÄÄÄÄÄÄÄÄÄ</Field>", "0x81020014",
		  "FirstName takes at most 10 characters; 11 were sent" },
		{ "New", "<Field Name=\"Birthday\">soon</Field>", "0x8102001c", "\"soon\"" },
		{ "Update", "<Field Name=\"FirstName\">x</Field>", "0x80070057", "ID" },
		{ "Update", "<Field Name=\"ID\">New</Field>", "0x80070057", "\"New\"" },
		{ "Delete", "<Field Name=\"ID\">0</Field>", "0x81020016", "number 0" },
		{ "Delete", "<Field Name=\"ID\">-3</Field>", "0x81020016", "number -3" },
		{ "Delete", "<Field Name=\"ID\">4294967296</Field>", "0x81020016", "4294967296" },
		{ "Update", "<Field Name=\"ID\">4</Field><Field Name=\"owshiddenversion\">x</Field>",
		  "0x80070057", "\"x\"" },
		{ "Upsert", "", "0x80070057", "\"Upsert\"" },
		{ "Moderate", "<Field Name=\"ID\">4</Field>", "0x81020014", "approval" },
		{ "New", "<Field Name=\"MetaInfo\" Property=\"\">x</Field>", "0x81020014", "property" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(method(cases[i].cmd, cases[i].fields), 200);
		has(arena_fmt(&t.arena, "<Result ID=\"1,%s\"><ErrorCode>%s</ErrorCode><ErrorText>",
		    cases[i].cmd, cases[i].code).p);
		has(cases[i].says);
		has("(reference ref-1)</ErrorText>");
		/* an item that is there is shown as it is */
		assert_int_equal(count("<z:row"), strstr(cases[i].fields, ">4</Field>") != NULL);
	}
	for (i = 97; i <= 99; i++) {
		assert_int_equal(method("Update", arena_fmt(&t.arena, "<Field Name=\"ID\">%zu</Field>"
		    "<Field Name=\"Rating\">1</Field>", i).p), 200);
		has("0x81020014");
		assert_int_equal(count("<z:row"), 0);
	}
	t.state = E_UNAVAILABLE; /* the refusal stands even when the row cannot be read */
	assert_int_equal(method("Update", "<Field Name=\"ID\">4</Field>"
	    "<Field Name=\"Rating\">1</Field>"), 200);
	assert_int_equal(count("<z:row"), 0);
	t.state = OK;
	assert_int_equal(t.applied, 0);
	/* exactly at the limit */
	assert_int_equal(method("New", "<Field Name=\"FirstName\">ÄÄÄÄÄÄÄÄÄÄ</Field>"), 200);
	assert_int_equal(t.applied, 1);
}

static void
one_bad_method_of_three(void **state)
{
	static const char methods[] =
	    "<Method ID=\"a\" Cmd=\"New\"><Field Name=\"FirstName\">x</Field></Method>"
	    "<Method ID=\"a\" Cmd=\"New\"><Field Name=\"Rating\">x</Field></Method>"
	    "<Method ID=\"&quot;&lt;\" Cmd=\"Delete\"><Field Name=\"ID\">3</Field></Method>";

	(void)state;
	assert_int_equal(batch("OnError=\"Continue\"", methods), 200);
	assert_int_equal(t.applied, 2);
	assert_int_equal(count("<ErrorCode>0x00000000</ErrorCode>"), 2);
	has("<Result ID=\"&quot;&lt;,Delete\">");
	keep("Batch11");
	t.applied = 0;
	assert_int_equal(batch("OnError=\"Return\"", methods), 200);
	assert_int_equal(t.applied, 1);
	assert_int_equal(count("<Result "), 3);
	assert_int_equal(count("<ErrorCode>0x800704c7</ErrorCode>"), 1);
	t.applied = 0;
	assert_int_equal(batch("LockSchema=\"TRUE\" ListVersion=\"3\"", methods), 200);
	assert_int_equal(count("<ErrorCode>0x80070666</ErrorCode>"), 3);
	assert_int_equal(t.applied, 0);
	assert_int_equal(batch("LockSchema=\"TRUE\" ListVersion=\"4\"", methods), 200);
	assert_int_equal(t.applied, 2);
	assert_int_equal(batch("ListVersion=\"1\"", methods), 200); /* no LockSchema: no matter */
	assert_int_equal(t.applied, 4);
}

static void
batches_wherever_they_are(void **state)
{
	static const char one[] = "<Method ID=\"1\" Cmd=\"Delete\"><Field Name=\"ID\">1</Field></Method>";

	(void)state;
	t.action = "UpdateListItems";
	assert_int_equal(soap(arena_fmt(&t.arena, OP("UpdateListItems", LIST_NAME
	    "<updates><updates><Batch xmlns=\"\"><Batch>%s</Batch></Batch></updates></updates>"),
	    one).p), 200);
	assert_int_equal(t.applied, 1);
	assert_int_equal(soap(OP("UpdateListItems", LIST_NAME "<updates><Batch/></updates>")), 200);
	has("<Results/>");
	assert_int_equal(soap(OP("UpdateListItems", LIST_NAME)), 500);
	has_not("errorcode");
}

static void
limits_of_a_batch(void **state)
{
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, 16 * MIB);
	for (i = 0; i <= LIMIT_BATCH_METHODS; i++)
		buf_addf(&b, "<Method ID=\"%d\" Cmd=\"Delete\"><Field Name=\"ID\">1</Field></Method>", i);
	assert_int_equal(batch("", b.p), 500);
	has("2001 methods; at most 2000");
	assert_int_equal(t.applied, 0); /* before any write */
	buf_reset(&b);
	for (i = 0; i <= LIMIT_METHOD_FIELDS; i++)
		buf_addf(&b, "<Field Name=\"FirstName\">x</Field>");
	assert_int_equal(method("New", b.p), 200);
	has("<ErrorCode>0x81020014</ErrorCode>");
	has("513 fields; at most 512");
	buf_clear(&b);
}

static void
odd_characters(void **state)
{
	(void)state;
	assert_int_equal(method("New", "<Field Name=\"MetaInfo\" Property=\"x\">a&#10;b&#9;c\xEF\xBF\xBE"
	    "</Field><Field Name=\"HomePhone\"><b>1</b></Field>"), 200);
	assert_string_equal(t.seen, "x:a\nb\tc;HomePhone:<b>1</b>;");
}

/* ---- GET ---- */

static void
description_and_help(void **state)
{
	(void)state;
	assert_int_equal(send("GET", "/crm/_vti_bin/Lists.asmx", "wSdL", STR("")), 200);
	keep("wsdl");
	has("<wsdl:port name=\"ListsSoap\" binding=\"tns:ListsSoap\"><soap:address "
	    "location=\"https://pim.example.net/crm/_vti_bin/Lists.asmx\"/></wsdl:port>");
	has("name=\"ListsSoap12\"");
	has_not("s:import");
	size_t n;

	(void)operations(&n);
	assert_int_equal(count("<wsdl:message "), 2 * n);
	assert_int_equal(send("GET", "/crm/_vti_bin/Lists.asmx", "", STR("")), 200);
	has("Content-Type: text/html");
	has("<li>GetListItemChangesSinceToken</li>");
}

#define TEST(f) cmocka_unit_test_setup(f, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_answer_says_what_we_are), TEST(paths_and_methods), TEST(who_may_come_in),
		TEST(no_database), TEST(bodies_and_types), TEST(headers_cannot_be_split),
		TEST(envelopes_of_both_versions), TEST(lists_are_found), TEST(faults_of_both_versions),
		TEST(what_is_no_call), TEST(action_and_body), TEST(the_schema), TEST(the_collection),
		TEST(a_first_download), TEST(a_difference), TEST(pages_and_restarts),
		TEST(a_reader_is_told_so), TEST(rows_carry_declared_fields), TEST(a_new_item),
		TEST(updates_and_deletes), TEST(outcomes_as_codes), TEST(methods_that_fail),
		TEST(one_bad_method_of_three), TEST(batches_wherever_they_are),
		TEST(limits_of_a_batch), TEST(odd_characters), TEST(description_and_help),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

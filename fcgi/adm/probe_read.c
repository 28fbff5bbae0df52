/*
 * probe_read.c -- GetListItemChangesSinceToken: first download, polls, and
 * tokens that no server should trust. MS-OUTSPS 3.2.4.2; MS-LISTSWS 3.1.4.22.
 */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "num.h"
#include "probe_rows.h"

#define PAGE_ROWS 100    /* what Outlook asks for, calendars aside */
#define PAGES_MAX 100000

struct page_sum { /* of one answer */
	struct str token, next;
	bool has_more;
	size_t row_n, gone_n;
	struct xnode *changes, *list;
};

static void
field_refs(struct probe *p, struct xmlw *w)
{
	static const char *const common[] = {
		"ID", "ReplicationID", "Attachments", "owshiddenversion", "Created", "Modified",
		"vti_versionhistory", "ContentTypeId", "Title", "Categories", "Editor", "MetaInfo",
		"PermMask"
	};
	size_t i, j, n = sizeof(common) / sizeof(common[0]);

	xmlw_open(w, "viewFields");
	xmlw_open(w, "ViewFields");
	xmlw_attrz(w, "Properties", "TRUE");
	for (i = 0; i < n; i++) {
		xmlw_open(w, "FieldRef");
		xmlw_attrz(w, "Name", common[i]);
		xmlw_close(w);
	}
	for (i = 0; i < p->field_n; i++) {
		for (j = 0; j < n && !str_eq(p->field[i], str_of(common[j])); j++)
			;
		if (j < n)
			continue;
		xmlw_open(w, "FieldRef");
		xmlw_attr(w, "Name", p->field[i]);
		xmlw_close(w);
	}
	xmlw_close(w);
	xmlw_close(w);
}

static void
options(struct xmlw *w, struct str page)
{
	static const struct {
		const char *name, *value;
	} option[] = {
		{ "RecurrenceOrderBy", "TRUE" }, { "RecurrencePatternXMLVersion", "v3" },
		{ "DateInUtc", "TRUE" }, { "IncludePermissions", "FALSE" },
		{ "IncludeAttachmentUrls", "TRUE" }, { "IncludeAttachmentVersion", "TRUE" },
		{ "ExpandUserField", "TRUE" }, { "MeetingInstanceID", "-1" },
		{ "OptimizeLookups", "TRUE" },
	};
	size_t i;

	xmlw_open(w, "queryOptions");
	xmlw_open(w, "QueryOptions");
	for (i = 0; i < sizeof(option) / sizeof(option[0]); i++)
		xmlw_element(w, option[i].name, option[i].value);
	xmlw_open(w, "ViewAttributes");
	xmlw_attrz(w, "Scope", "RecursiveAll");
	xmlw_close(w);
	if (page.p) {
		xmlw_open(w, "Paging");
		xmlw_attr(w, "ListItemCollectionPositionNext", page);
		xmlw_close(w);
	}
	xmlw_close(w);
	xmlw_close(w);
}

static bool
is_calendar(const struct probe *p)
{
	return str_ieq(p->link.type, STR("calendar"));
}

void
changes_begin(struct probe *p, struct soap *s, struct str token, struct str page)
{
	soap_begin(p, s, "GetListItemChangesSinceToken");
	field_refs(p, &s->w);
	if (!is_calendar(p))
		soap_text(s, "rowLimit", arena_fmt(&p->step, "%d", PAGE_ROWS));
	options(&s->w, page);
	if (token.p)
		soap_text(s, "changeToken", token);
}

/* Every ows_X is a Field of GetList or a property. One problem per name is enough. */
static void
check_names(struct probe *p, struct str row, struct str id)
{
	struct str name, value, field;
	size_t at = 0;

	while (rows_attribute(row, &at, &name, &value)) {
		if (name.n < 5 || memcmp(name.p, "ows_", 4) != 0)
			continue;
		field = (struct str){ name.p + 4, name.n - 4 };
		if (field.n > 9 && memcmp(field.p, "MetaInfo_", 9) == 0)
			continue;
		if (list_declares(p, field))
			continue;
		say_problem(p, "Item %.*s carries ows_%.*s, which GetList does not declare.",
		    STR_ARG(id), STR_ARG(field));
		/* once said is enough */
		p->field = memcpy(ARENA_ARRAY(&p->keep, struct str, p->field_n + 1), p->field,
		    p->field_n * sizeof(*p->field));
		p->field[p->field_n++] = arena_dup(&p->keep, field);
	}
}

static void
check_row(struct probe *p, struct str row, uint64_t *id)
{
	static const char *const needed[] = { "ows_owshiddenversion", "ows_ContentTypeId" };
	struct str text = rows_value(row, "ows_ID");
	struct str version = rows_value(row, "ows_owshiddenversion");
	uint64_t n;
	size_t i;

	if (!num_u64(text, UINT32_MAX, id) || !*id) {
		say_problem(p, "A row has no usable ows_ID (\"%.*s\"); Outlook cannot keep it.",
		    STR_ARG(text));
		*id = 0;
		return;
	}
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!rows_value(row, needed[i]).n)
			say_problem(p, "Item %.*s has no %s.", STR_ARG(text), needed[i]);
	if (version.n && (!num_u64(version, UINT32_MAX, &n) || !n))
		say_problem(p, "Item %.*s has the version \"%.*s\"; versions begin at 1.",
		    STR_ARG(text), STR_ARG(version));
	if (!rows_value(row, "ows_MetaInfo_vti_versionhistory").n)
		say_problem(p, "Item %.*s has no vti_versionhistory: Outlook would treat every "
		    "difference as a conflict.", STR_ARG(text));
	check_names(p, row, text);
}

static void
keep_id(struct probe *p, uint32_t id)
{
	uint32_t *grown;

	if ((p->id_n & (p->id_n - 1)) == 0) { /* full at powers of two */
		grown = realloc(p->id, (p->id_n ? p->id_n * 2 : 1) * sizeof(*p->id));
		if (!grown)
			abort(); /* as an arena would */
		p->id = grown;
	}
	p->id[p->id_n++] = id;
}

/* Counts of the rows against ItemCount. keep: a first download. */
static void
check_rows(struct probe *p, const struct answer *got, struct xnode *data, struct page_sum *sum,
    bool keep)
{
	struct row_scan scan = { got->http.body, 0 };
	struct str row, count = xnode_attr(&p->step, data, "ItemCount");
	struct xnode *n;
	uint64_t id, said = 0;
	size_t in_tree = 0;

	for (n = xnode_first(data); n; n = xnode_next(n))
		in_tree++;
	while (rows_next(&scan, &row)) {
		sum->row_n++;
		check_row(p, row, &id);
		if (keep && id)
			keep_id(p, (uint32_t)id);
	}
	if (in_tree != sum->row_n)
		say_problem(p, "rs:data holds %zu elements, but %zu are written as <z:row>: many "
		    "clients look for that literal name.", in_tree, sum->row_n);
	if (!num_u64(count, UINT32_MAX, &said) || said != in_tree)
		say_problem(p, "ItemCount is \"%.*s\", but there are %zu rows.", STR_ARG(count),
		    in_tree);
}

/* False: the answer has not the shape that Outlook needs. */
static bool
read_page(struct probe *p, const struct answer *got, struct page_sum *sum, bool keep)
{
	struct xnode *items = xnode_child(got->result, "listitems");
	struct xnode *data = xnode_child(items, "data"), *n;

	*sum = (struct page_sum){ .changes = xnode_child(items, "Changes") };
	if (!items || !sum->changes || !data) {
		say_problem(p, "The answer has no %s; Outlook would report a failure.",
		    !items ? "listitems" : !data ? "rs:data" : "Changes");
		return false;
	}
	sum->list = xnode_child(sum->changes, "List");
	sum->token = xnode_attr(&p->step, sum->changes, "LastChangeToken");
	sum->has_more = str_ieq(xnode_attr(&p->step, sum->changes, "MoreChanges"), STR("TRUE"));
	sum->next = xnode_attr(&p->step, data, "ListItemCollectionPositionNext");
	for (n = xnode_first(sum->changes); n; n = xnode_next(n))
		if (str_eq(str_of(xnode_name(n)), STR("Id")))
			sum->gone_n++;
	if (!sum->token.n)
		say_problem(p, "LastChangeToken is missing: Outlook could not go on from here.");
	check_rows(p, got, data, sum, keep);
	return true;
}

bool
list_allows(const struct probe *p, const char *right)
{
	struct str rest = p->rights;

	while (rest.p) {
		struct str one = str_trim(str_cut(rest, ',', &rest));

		if (str_eq(one, str_of(right)) || str_eq(one, STR("FullMask")))
			return true;
	}
	return false;
}

static void
say_intervals(struct probe *p, struct xnode *items)
{
	struct str least = xnode_attr(&p->step, items, "MinTimeBetweenSyncs");
	struct str usual = xnode_attr(&p->step, items, "RecommendedTimeBetweenSyncs");
	uint64_t lo, hi;

	if (!num_u64(least, 1000000, &lo) || !num_u64(usual, 1000000, &hi)) {
		say_problem(p, "MinTimeBetweenSyncs (\"%.*s\") and RecommendedTimeBetweenSyncs "
		    "(\"%.*s\") should be whole minutes.", STR_ARG(least), STR_ARG(usual));
		return;
	}
	if (lo)
		say_note(p, "MinTimeBetweenSyncs %u: even F9 does nothing within %u minutes after a "
		    "sync.", (unsigned)lo, (unsigned)lo);
	say_ok(p, "Outlook syncs by itself at most every %u minutes%s.", (unsigned)hi,
	    lo ? "" : "; Send/Receive (F9) always");
	if (hi > 60)
		say_note(p, "With %u minutes, changes arrive late unless people press F9.",
		    (unsigned)hi);
}

/* What stands beside the rows of the first answer. */
static void
check_first(struct probe *p, const struct answer *got, const struct page_sum *sum)
{
	struct xnode *items = xnode_child(got->result, "listitems");
	struct str rights = xnode_attr(&p->step, items, "EffectivePermMask");

	if (!sum->list)
		say_problem(p, "The first answer holds no List inside Changes; Outlook matches its "
		    "fields with that one.");
	say_intervals(p, items);
	if (!xnode_attr(&p->step, items, "AlternateUrls").n)
		say_problem(p, "AlternateUrls is missing or empty.");
	if (!xnode_attr(&p->step, items, "MaxBulkDocumentSyncSize").n)
		say_problem(p, "MaxBulkDocumentSyncSize is missing.");
	if (!rights.n && sum->row_n)
		say_problem(p, "EffectivePermMask is missing beside rows: Outlook does not know what "
		    "the user may do.");
	p->rights = arena_dup(&p->keep, rights.p ? rights : STR(""));
	if (rights.n)
		say_ok(p, "For Outlook the folder is %s (EffectivePermMask: %.*s).",
		    list_allows(p, "AddListItems") || list_allows(p, "EditListItems") ||
		    list_allows(p, "DeleteListItems") ? "read and write" : "read-only",
		    STR_ARG(rights));
}

static void
check_page(struct probe *p, const struct page_sum *sum, unsigned page_n)
{
	if (sum->has_more)
		say_problem(p, "Page %u carries MoreChanges, which belongs to requests with a token "
		    "only.", page_n);
	if (sum->gone_n)
		say_problem(p, "Page %u carries %zu Id elements; a first download has none.", page_n,
		    sum->gone_n);
	if (!is_calendar(p) && sum->row_n > PAGE_ROWS)
		say_problem(p, "Page %u holds %zu rows, more than the rowLimit of %d.", page_n,
		    sum->row_n, PAGE_ROWS);
	if (!is_calendar(p) && sum->next.n && sum->row_n < PAGE_ROWS)
		say_problem(p, "Page %u holds only %zu rows but is not the last: clients that stop at "
		    "a short page miss the rest.", page_n, sum->row_n);
	if (p->token.p && !str_eq(p->token, sum->token))
		say_problem(p, "Page %u has another LastChangeToken than page 1: what changed "
		    "meanwhile may be missed.", page_n);
	if (!p->token.p)
		p->token = arena_dup(&p->keep, sum->token.p ? sum->token : STR(""));
}

static int
by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
check_twice(struct probe *p)
{
	size_t i, twice = 0;

	if (p->id_n)
		qsort(p->id, p->id_n, sizeof(*p->id), by_id);
	for (i = 1; i < p->id_n; i++)
		if (p->id[i] == p->id[i - 1] && !twice++)
			say_problem(p, "Item %u was delivered twice.", p->id[i]);
	if (twice > 1)
		say_problem(p, "In all, %zu items were delivered twice.", twice);
}

bool
probe_download(struct probe *p)
{
	struct str page = STR_NULL;
	struct answer got;
	struct page_sum sum;
	struct soap s;
	unsigned n = 0;

	do {
		struct str marker;

		changes_begin(p, &s, STR_NULL, page);
		if (!soap_expect(p, &s, &got) || !read_page(p, &got, &sum, true))
			return false;
		n++;
		if (n == 1)
			check_first(p, &got, &sum);
		check_page(p, &sum, n);
		marker = sum.next.n ? arena_dup(&p->keep, sum.next) : STR_NULL;
		arena_reset(&p->step);
		if (marker.p && (str_eq(marker, page) || n == PAGES_MAX)) {
			say_problem(p, "Page %u leads to itself: Outlook would never finish.", n);
			return false;
		}
		page = marker;
	} while (page.p);
	check_twice(p);
	say_ok(p, "%zu items in %u page%s: Outlook has the whole list.", p->id_n, n,
	    n == 1 ? "" : "s");
	return p->token.n > 0;
}

/* The number behind the last ';' of a SharePoint-shaped token; 0: another shape. */
static uint64_t
token_number(struct str token)
{
	struct str rest = token, one = STR("");
	uint64_t n = 0;
	unsigned parts = 0;

	while (rest.p) {
		one = str_cut(rest, ';', &rest);
		parts++;
	}
	return parts == 5 && num_u64(one, UINT64_MAX, &n) ? n : 0;
}

bool
probe_poll(struct probe *p)
{
	struct answer got;
	struct page_sum sum;
	size_t rows = 0, gone = 0;
	unsigned n = 0;
	struct soap s;

	do {
		changes_begin(p, &s, p->token, STR_NULL);
		if (!soap_expect(p, &s, &got) || !read_page(p, &got, &sum, false))
			return false;
		n++;
		rows += sum.row_n;
		gone += sum.gone_n;
		if (sum.next.n)
			say_problem(p, "The answer to a token carries ListItemCollectionPositionNext, "
			    "which belongs to first downloads only.");
		if (token_number(sum.token) < token_number(p->token))
			say_problem(p, "The token went back from %.*s to %.*s.", STR_ARG(p->token),
			    STR_ARG(sum.token));
		if (sum.has_more && str_eq(sum.token, p->token)) {
			say_problem(p, "MoreChanges with an unchanged token: Outlook would never "
			    "finish.");
			return false;
		}
		p->token = arena_dup(&p->keep, sum.token.p ? sum.token : STR(""));
		arena_reset(&p->step);
	} while (sum.has_more && n < PAGES_MAX);
	say_ok(p, "The poll brings %zu changed and %zu removed items in %u answer%s; Outlook keeps "
	    "the new token.", rows, gone, n, n == 1 ? "" : "s");
	return p->token.n > 0;
}

/* A well-formed token of a list that is not this one, or NULL p when the shape is not known. */
static struct str
foreign_token(struct probe *p)
{
	struct str rest = p->token, part[5];
	size_t i;

	for (i = 0; i < 5; i++)
		part[i] = rest.p ? str_cut(rest, ';', &rest) : STR_NULL;
	if (rest.p || !part[4].p)
		return STR_NULL;
	return arena_fmt(&p->step, "%.*s;%.*s;01234567-89ab-4cde-8f01-23456789abcd;%.*s;%.*s",
	    STR_ARG(part[0]), STR_ARG(part[1]), STR_ARG(part[3]), STR_ARG(part[4]));
}

static void
try_foreign(struct probe *p)
{
	struct str token = foreign_token(p);
	struct xnode *id;
	struct answer got;
	struct soap s;

	if (!token.p) {
		say_note(p, "Tokens have a shape of the server's own; a foreign one cannot be made.");
		return;
	}
	changes_begin(p, &s, token, STR_NULL);
	if (!soap_call(p, &s, &got))
		return;
	if (got.is_fault) {
		say_problem(p, "A token of another list gets a fault (%.*s). Outlook then fails "
		    "for ever instead of starting again.", STR_ARG(got.fault));
		return;
	}
	id = xnode_find(got.result, "Id");
	if (id && str_eq(xnode_attr(&p->step, id, "ChangeType"), STR("InvalidToken")))
		say_ok(p, "A token of another list gets InvalidToken: Outlook drops its copy and "
		    "downloads again.");
	else
		say_problem(p, "A token of another list is taken for good: Outlook would miss "
		    "changes after the server was restored.");
}

void
probe_tokens(struct probe *p)
{
	struct answer got;
	struct soap s;

	try_foreign(p);
	changes_begin(p, &s, STR("this is no token"), STR_NULL);
	if (soap_call(p, &s, &got)) {
		if (got.is_fault)
			say_ok(p, "A garbage token gets a fault: \"%.*s\".", STR_ARG(got.fault));
		else
			say_problem(p, "A garbage token gets a normal answer instead of a fault.");
	}
	changes_begin(p, &s, STR(""), STR_NULL);
	if (soap_expect(p, &s, &got)) {
		if (xnode_find(got.result, "List"))
			say_ok(p, "An empty token counts as none: a first download.");
		else
			say_problem(p, "An empty token is not taken as absent (no List in Changes).");
	}
}

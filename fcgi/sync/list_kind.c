/*
 * list_kind.c -- what the mapping of a kind of list must have and cannot have.
 * Design §4.
 *
 * Tables of rules over the fields that are mapped; each broken one is a
 * sentence with the cure.
 */
#include "list_read.h"

/* With `has` (FIELD__MAX: in any case) goes `needs`; not beside `unless` (FIELD__MAX: always). */
static const struct {
	enum list_kind kind;
	enum field has, needs, unless;
	const char *why;
} needs[] = {
	{ KIND_CALENDAR, FIELD__MAX, FIELD_START, FIELD__MAX, "an event without a start is none; "
	  "map the column that holds it" },
	{ KIND_CALENDAR, FIELD_RRULE, FIELD_END, FIELD__MAX, "a rule repeats an event from its "
	  "start to its end; map the end of the first instance" },
	{ KIND_CALENDAR, FIELD_EXDATE, FIELD_RRULE, FIELD__MAX, "ExDate leaves instances of a rule "
	  "out; map the rule, or take ExDate out" },
	/* SharePoint's own columns bind instances by UID */
	{ KIND_CALENDAR, FIELD_INSTANCE, FIELD_PARENT, FIELD_EVENT_TYPE, "RecurrenceId says which "
	  "instance a row changes; map the key of the series' row, too" },
	{ KIND_CALENDAR, FIELD_PARENT, FIELD_INSTANCE, FIELD__MAX, "Parent says to which series a "
	  "row belongs; map the original start of the instance that it changes, too" },
	{ KIND_DOCUMENTS, FIELD__MAX, FIELD_FILE_NAME, FIELD__MAX, "a document without a file name "
	  "cannot be opened; map the column that holds it" },
	{ KIND_DOCUMENTS, FIELD__MAX, FIELD_CONTENT, FIELD__MAX, "map the BLOB column that holds "
	  "the documents" },
};

/* `has` cannot be mapped; with: beside that field only, or FIELD__MAX. */
static const struct {
	enum list_kind kind;
	enum field has, with;
	const char *why;
} refused[] = {
	{ KIND_CALENDAR, FIELD_DURATION, FIELD__MAX, "is computed of start and end; take the line "
	  "out" },
	{ KIND_CALENDAR, FIELD_MASTER, FIELD__MAX, "is the number of an item, which this server "
	  "gives; take the line out, or map RecurrenceId and Parent" },
	{ KIND_DISCUSSIONS, FIELD_THREAD_INDEX, FIELD__MAX, "is computed of the thread; take the "
	  "line out" },
	{ KIND_DISCUSSIONS, FIELD_THREAD_TOPIC, FIELD__MAX, "is the first post's subject; take the "
	  "line out" },
	{ KIND_CALENDAR, FIELD_PATTERN, FIELD_RRULE, "says the same as RRule in another language; "
	  "map one of the two" },
	{ KIND_CALENDAR, FIELD_ZONE_TEXT, FIELD_RRULE, "is derived of TimeZone where RRule is "
	  "mapped; take the line out" },
	{ KIND_CALENDAR, FIELD_EVENT_TYPE, FIELD_RRULE, "is derived of RRule; take the line out" },
	{ KIND_CALENDAR, FIELD_RECURS, FIELD_RRULE, "is derived of RRule; take the line out" },
};

/* Shown from a column, and no client's business. */
static const struct {
	enum list_kind kind;
	enum field field;
	bool is_filled; /* in a New, by the server */
} fixed[] = {
	{ KIND_TASKS, FIELD_AUTHOR, true }, { KIND_DISCUSSIONS, FIELD_AUTHOR, true },
	{ KIND_DOCUMENTS, FIELD_AUTHOR, false }, { KIND_DOCUMENTS, FIELD_FILE_SIZE, false },
	{ KIND_DOCUMENTS, FIELD_CHECKED_OUT, false },
};

static const char *
label_of(const struct reader *r, enum field f)
{
	const struct column c = { .field = f };

	return read_label(r, &c);
}

static bool
is_mapped(const struct reader *r, enum field f)
{
	return f == FIELD__MAX || list_column(r->list, f) >= 0;
}

static void
check_needs(struct reader *r)
{
	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
		if (needs[i].kind == r->list->kind && is_mapped(r, needs[i].has) &&
		    !is_mapped(r, needs[i].needs) && (needs[i].unless == FIELD__MAX ||
		    !is_mapped(r, needs[i].unless)))
			READ_PROBLEM(r, read_place(r, "fields", label_of(r, needs[i].needs)),
			    "is missing: %s", needs[i].why);
}

static void
check_refused(struct reader *r)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct ini_entry at = { .section = "fields" };
		int column = list_column(r->list, refused[i].has);

		if (refused[i].kind != r->list->kind || column < 0 ||
		    !is_mapped(r, refused[i].with))
			continue;
		at.key = label_of(r, refused[i].has);
		at.line = r->list->column[column].line;
		READ_PROBLEM(r, &at, "%s", refused[i].why);
	}
}

void
read_kind(struct reader *r)
{
	check_needs(r);
	check_refused(r);
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
		int at = fixed[i].kind == r->list->kind ? list_column(r->list, fixed[i].field) : -1;

		if (at < 0)
			continue;
		r->list->column[at].is_filled = fixed[i].is_filled && !r->list->column[at].is_locked;
		r->list->column[at].is_locked = r->list->column[at].is_readonly = true;
	}
}

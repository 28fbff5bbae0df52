/*
 * schema_field.c -- one <Field> of a list: type, choices with their numbers,
 * references. MS-WSSCAML 2.3.2, MS-OUTSPS 3.2.4.2.
 */
#include "lists/schema.h"

#include <inttypes.h>

#include "lists/wire.h"

#define TEXT_MAX 255 /* characters of a Text field whose column says nothing */

/* ---- choices ---- */

#define CHOICE(n, t) { { n, sizeof(n) - 1 }, { t, sizeof(t) - 1 } }

static const struct choice genders[] = {
	CHOICE("0", "Unspecified"), CHOICE("1", "Female"), CHOICE("2", "Male"),
};

/* Choices whose number has a meaning: the list's texts for them, else ours. n 0: it has none. */
static const struct choice *
numbered(const struct list *l, const struct wire_field *f, const struct column *c, size_t *n)
{
	if (f->field == FIELD_GENDER) {
		*n = sizeof(genders) / sizeof(genders[0]);
		return c ? genders : NULL;
	}
	*n = c ? c->choice_n : 0;
	if (*n && c->choice[0].number.p)
		return c->choice;
	return wire_vocabulary.choices(l->kind, f->field, n);
}

/*
 * Without MAPPINGS clients cannot turn the text into their number; as many of
 * them as CHOICES, and each text in both.
 */
static void
write_numbered(struct xmlw *w, const struct choice *c, size_t n, const char *standard)
{
	size_t i;

	xmlw_open(w, "CHOICES");
	for (i = 0; i < n; i++) {
		xmlw_open(w, "CHOICE");
		xmlw_text(w, c[i].text);
		xmlw_close(w);
	}
	xmlw_close(w);
	xmlw_open(w, "MAPPINGS");
	for (i = 0; i < n; i++) {
		xmlw_open(w, "MAPPING");
		xmlw_attr(w, "Value", c[i].number);
		xmlw_text(w, c[i].text);
		xmlw_close(w);
	}
	xmlw_close(w);
	for (i = 0; standard && i < n; i++) {
		if (!str_eq(c[i].number, str_of(standard)))
			continue;
		xmlw_open(w, "Default");
		xmlw_text(w, c[i].text);
		xmlw_close(w);
	}
}

/* Text i of those that [values.X] or the column's type give; NULL p: there are no more. */
static struct str
text_at(const struct column *c, size_t i)
{
	if (c->own && c->choice_n)
		return i < c->choice_n ? c->choice[i].text : STR_NULL;
	return i < c->translation_n ? c->translation[i].field : STR_NULL;
}

static size_t
text_n(const struct column *c)
{
	return c->own && c->choice_n ? c->choice_n : c->translation_n;
}

static bool
is_repeated(const struct column *c, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (str_eq(text_at(c, k), text_at(c, i)))
			return true;
	return false;
}

/* A CHOICE without text breaks clients. */
static void
write_choices(struct xmlw *w, const struct list *l, const struct wire_field *f,
    const struct column *c)
{
	size_t i, n;
	const struct choice *known = numbered(l, f, c, &n);

	if (known) {
		write_numbered(w, known, n, f->field == FIELD_STATUS ? "1" :
		    f->field == FIELD_PRIORITY ? "2" : NULL);
		return;
	}
	if (!c || text_n(c) == 0)
		return;
	xmlw_open(w, "CHOICES");
	for (i = 0; i < text_n(c); i++) {
		if (text_at(c, i).n == 0 || is_repeated(c, i))
			continue;
		xmlw_open(w, "CHOICE");
		xmlw_text(w, text_at(c, i));
		xmlw_close(w);
	}
	xmlw_close(w);
}

/* ---- what fields refer to ---- */

/* Real servers order recurrences by these references; clients may read them. */
static const struct {
	enum field of;
	const char *name, *type;
} references[] = {
	{ FIELD_RECURS, "RecurrenceData", "RecurData" }, { FIELD_RECURS, "EventType", "EventType" },
	{ FIELD_RECURS, "UID", "UID" }, { FIELD_RECURS, "RecurrenceID", "RecurrenceId" },
	{ FIELD_RECURS, "EventCanceled", "EventCancel" }, { FIELD_RECURS, "EventDate", "StartDate" },
	{ FIELD_RECURS, "EndDate", "EndDate" }, { FIELD_RECURS, "Duration", "Duration" },
	{ FIELD_RECURS, "TimeZone", "TimeZone" }, { FIELD_RECURS, "XMLTZone", "XMLTZone" },
	{ FIELD_RECURS, "MasterSeriesItemID", "MasterSeriesItemID" },
	{ FIELD_RECURS, "WorkspaceLink", "CPLink" }, { FIELD_RECURS, "LinkTitle", "LinkURL" },
	{ FIELD_ALL_DAY, "EventDate", "StartDate" }, { FIELD_ALL_DAY, "EndDate", "EndDate" },
	{ FIELD_ALL_DAY, "TimeZone", "TimeZone" }, { FIELD_ALL_DAY, "XMLTZone", "XMLTZone" },
	{ FIELD_START, "fAllDayEvent", "AllDayEvent" },
	{ FIELD_END, "fAllDayEvent", "AllDayEvent" },
};

static void
write_references(struct xmlw *w, enum field f)
{
	bool is_open = false;
	size_t i;

	for (i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		if (references[i].of != f)
			continue;
		if (!is_open)
			xmlw_open(w, "FieldRefs");
		is_open = true;
		xmlw_open(w, "FieldRef");
		xmlw_attrz(w, "Name", references[i].name);
		xmlw_attrz(w, "RefType", references[i].type);
		xmlw_close(w);
	}
	if (is_open)
		xmlw_close(w);
}

/* ---- fields ---- */

/* Attributes that depend on the type of value. c: NULL when there is no column. */
static void
write_type_attributes(struct xmlw *w, const struct wire_field *f, const struct column *c)
{
	switch (wire_type(f)) {
	case VALUE_TEXT:
		if (strcmp(f->type, "Text") != 0)
			break;
		xmlw_attrf(w, "MaxLength", "%" PRIu32,
		    c && c->max_chars ? c->max_chars : TEXT_MAX);
		break;
	case VALUE_NOTE:
		xmlw_attrz(w, "NumLines", "6");
		xmlw_attrz(w, "RichText", f->flags & WIRE_RICH ? "TRUE" : "FALSE");
		break;
	case VALUE_CHOICE:
		xmlw_attrz(w, "Format", "Dropdown");
		xmlw_attrz(w, "FillInChoice", "TRUE");
		break;
	case VALUE_URL:
		xmlw_attrz(w, "Format", "Hyperlink");
		break;
	case VALUE_DATE:
		xmlw_attrz(w, "Format", "DateOnly");
		break;
	case VALUE_STAMP:
		if (f->field == FIELD_INSTANCE)
			xmlw_attrz(w, "CalType", "1");
		xmlw_attrz(w, "Format", f->field == FIELD_INSTANCE ? "ISO8601Gregorian" :
		    f->flags & WIRE_DATE_ONLY ? "DateOnly" : "DateTime");
		break;
	case VALUE_NUMBER:
		if (f->field != FIELD_PERCENT)
			break;
		xmlw_attrz(w, "Percentage", "TRUE");
		xmlw_attrz(w, "Min", "0");
		xmlw_attrz(w, "Max", "1");
		break;
	case VALUE_INT:
	case VALUE_BOOL:
	case VALUE_BINARY:
	case VALUE__MAX:
		break;
	}
}

void
schema_write_field(struct xmlw *w, const struct list *l, const struct wire_field *f)
{
	int at = wire_column(l, f);
	const struct column *c = at < 0 ? NULL : &l->column[at];

	xmlw_open(w, "Field");
	xmlw_attrz(w, "ID", f->id);
	xmlw_attrz(w, "Name", f->name);
	xmlw_attrz(w, "StaticName", f->name);
	xmlw_attrz(w, "SourceID", SOURCE_ID);
	xmlw_attrz(w, "DisplayName", f->display);
	xmlw_attrz(w, "Type", f->type);
	if (strcmp(f->type, "User") == 0)
		xmlw_attrz(w, "List", "UserInfo");
	else if (strcmp(f->type, "Lookup") == 0)
		xmlw_attrz(w, "List", "Docs");
	if ((f->flags & WIRE_COMPUTED) || (c && c->is_readonly))
		xmlw_attrz(w, "ReadOnly", "TRUE");
	else if ((f->flags & WIRE_REQUIRED) || (c && !c->is_nullable && !c->has_default))
		xmlw_attrz(w, "Required", "TRUE");
	if (f->flags & WIRE_HIDDEN)
		xmlw_attrz(w, "Hidden", "TRUE");
	write_type_attributes(w, f, c);
	if (wire_type(f) == VALUE_CHOICE)
		write_choices(w, l, f, c);
	if (!f->own)
		write_references(w, f->field);
	xmlw_close(w);
}

/*
 * fault.c -- MariaDB's error numbers as outcomes, in one table.
 *
 * The numbers are the server's (mysqld_error.h) and the client library's
 * (errmsg.h). Texts for people never hold SQL or table names: those stand in
 * the detail, for the log. The session's messages are English (db.c), so a
 * column can be read out of them.
 */
#include "fault.h"

#include <stdio.h>

#define BUSY "The database is busy with another change of the same rows. Try again."
#define AWAY "The database cannot be reached at the moment. Try again in a minute."
#define FULL "The database has no room left. Tell the administrator; try again later."
#define RELOAD "The database view behind this list has changed; the list is being reloaded. " \
	"Try again in a minute."
#define RIGHTS "The database account of this server may not do that. Tell the administrator."

static const struct fault faults[] = {
	/* repeat the transaction */
	{ 1020, E_RETRY, 0, BUSY, 0 },                    /* record changed since last read */
	{ 1205, E_RETRY, 0, BUSY, 0 },                    /* lock wait timeout, NOWAIT */
	{ 1213, E_RETRY, 0, BUSY, 0 },                    /* deadlock, certification */
	/* the connection is gone */
	{ 1053, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* shutdown in progress */
	{ 1158, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* network: read */
	{ 1159, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* network: read timeout */
	{ 1160, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* network: write */
	{ 1161, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* network: write timeout */
	{ 1243, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* unknown statement handle */
	{ 1927, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* connection was killed */
	{ 2002, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* cannot connect: socket */
	{ 2003, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* cannot connect: host */
	{ 2005, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* unknown host */
	{ 2006, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* gone away */
	{ 2013, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* lost during query */
	{ 2055, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* lost, with errno */
	/* the server does not serve now */
	{ 1040, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* too many connections */
	{ 1044, E_UNAVAILABLE, 0, AWAY, 0 },              /* no right on the database */
	{ 1045, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* login refused */
	{ 1047, E_UNAVAILABLE, 0, AWAY, 0 },              /* Galera node not ready */
	{ 1049, E_UNAVAILABLE, 0, AWAY, 0 },              /* unknown database */
	{ 1129, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* host blocked */
	{ 1130, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* host not allowed */
	{ 1203, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* too many connections of this user */
	{ 1226, E_UNAVAILABLE, 0, AWAY, 0 },              /* user exceeded a resource limit */
	{ 1290, E_UNAVAILABLE, 0, AWAY, 0 },              /* --read-only */
	{ 1317, E_UNAVAILABLE, 0, AWAY, 0 },              /* query interrupted */
	{ 1698, E_UNAVAILABLE, FAULT_LOST, AWAY, 0 },     /* login refused */
	{ 1792, E_UNAVAILABLE, 0, AWAY, 0 },              /* read-only transaction */
	{ 1836, E_UNAVAILABLE, 0, AWAY, 0 },              /* read-only mode */
	{ 1969, E_UNAVAILABLE, 0, AWAY, 0 },              /* statement time limit */
	{ 1021, E_UNAVAILABLE, 0, FULL, 0 },              /* disk full */
	{ 1114, E_UNAVAILABLE, 0, FULL, 0 },              /* table full */
	/* not the view that was bound */
	{ 1054, E_UNAVAILABLE, FAULT_SHAPE, RELOAD, 0 },  /* unknown column */
	{ 1146, E_UNAVAILABLE, FAULT_SHAPE, RELOAD, 0 },  /* no such table */
	{ 1347, E_UNAVAILABLE, FAULT_SHAPE, RELOAD, 0 },  /* not a view any more */
	{ 1356, E_UNAVAILABLE, FAULT_SHAPE, RELOAD, 0 },  /* view refers to what is not there */
	{ 1412, E_UNAVAILABLE, FAULT_SHAPE, RELOAD, 0 },  /* definition changed in the transaction */
	{ 1449, E_UNAVAILABLE, FAULT_SHAPE, RELOAD, 0 },  /* definer of the view does not exist */
	{ 1615, E_UNAVAILABLE, FAULT_SHAPE, RELOAD, 0 },  /* must be prepared again */
	{ 2057, E_UNAVAILABLE, FAULT_SHAPE, RELOAD, 0 },  /* number of columns changed */
	/* rights: a write that is refused, a read that is no longer allowed */
	{ 1142, E_DENIED, FAULT_SHAPE, RIGHTS, 0 },
	{ 1143, E_DENIED, FAULT_SHAPE, RIGHTS, 0 },
	{ 1370, E_DENIED, FAULT_SHAPE, RIGHTS, 0 },
	/* the value */
	{ 1048, E_INVALID, 0, "%s must not be empty. Give it a value.", 1 },
	{ 1364, E_INVALID, 0, "%s needs a value, and none was given.", 1 },
	{ 1406, E_INVALID, 0, "The text for %s is too long for the database. Shorten it.", 1 },
	{ 1264, E_INVALID, 0, "The number or date for %s is out of the range that the database can hold.", 1 },
	{ 1265, E_INVALID, 0, "The database does not accept that value for %s.", 1 },
	{ 1366, E_INVALID, 0, "The database cannot store that value in %s; it holds characters or a form "
	    "that the column does not allow.", 1 },
	{ 1292, E_INVALID, 0, "The database does not accept that value for %s; a date or number is not "
	    "in a form that it understands.", 1 },
	{ 1062, E_INVALID, 0, "Another row already has this value, and it may be there only once. "
	    "Change it and try again.", 0 },
	{ 1169, E_INVALID, 0, "Another row already has this value, and it may be there only once. "
	    "Change it and try again.", 0 },
	{ 1451, E_INVALID, 0, "Other data in the database still refers to this row, so it cannot be "
	    "changed or removed.", 0 },
	{ 1452, E_INVALID, 0, "The value of %s refers to something that does not exist in the database. "
	    "Choose another.", 1 },
	{ 1216, E_INVALID, 0, "A value refers to something that does not exist in the database.", 0 },
	{ 1217, E_INVALID, 0, "Other data in the database still refers to this row, so it cannot be "
	    "changed or removed.", 0 },
	{ 3819, E_INVALID, 0, "A rule of the database does not allow these values.", 0 },
	{ 4025, E_INVALID, 0, "A rule of the database does not allow these values.", 0 },
	{ 1369, E_INVALID, 0, "With these values the row would leave the list, which is not allowed.", 0 },
	{ 1690, E_INVALID, 0, "A number is out of the range that the database can hold.", 0 },
	{ 1153, E_INVALID, 0, "The values are larger together than the database accepts.", 0 },
	{ 2020, E_INVALID, 0, "The values are larger together than the database accepts.", 0 },
	{ 1644, E_INVALID, FAULT_OWN_TEXT, "", 0 },       /* SIGNAL */
	/* writes that the view does not allow: owsadm check says so beforehand */
	{ 1288, E_INVALID, 0, "This list cannot be changed in that way.", 0 },
	{ 1348, E_INVALID, 0, "%s cannot be changed: the database computes it.", 1 },
	{ 1393, E_INVALID, 0, "This list cannot be changed in that way.", 0 },
	{ 1394, E_INVALID, 0, "A new row cannot be added to this list.", 0 },
	{ 1395, E_INVALID, 0, "A row of this list cannot be deleted.", 0 },
	{ 1423, E_INVALID, 0, "A new row needs values in a column that this list does not fill.", 0 },
	{ 1471, E_INVALID, 0, "A new row cannot be added to this list.", 0 },
	{ 1906, E_INVALID, 0, "%s cannot be changed: the database computes it.", 1 },
};

static const struct fault signalled = { 1644, E_INVALID, FAULT_OWN_TEXT, "", 0 };
static const struct fault unknown = { 0, E_FAILED, 0,
    "The database answered with an unexpected error.", 0 };

const struct fault *
fault_find(unsigned number, const char *state)
{
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		if (faults[i].number == number)
			return &faults[i];
	if (state && strcmp(state, "45000") == 0)
		return &signalled; /* SIGNAL with a number of its own */
	return &unknown;
}

/* The last of the quoted parts that stand behind `word`: 'x', or `a`.`b`.`x`. */
static struct str
quoted_after(const char *message, const char *word)
{
	const char *p = strstr(message, word), *end;
	struct str s = STR_NULL;

	if (!p)
		return s;
	p += strlen(word);
	while (*p == '\'' || *p == '`') {
		end = strchr(p + 1, *p);
		if (!end)
			break;
		s = (struct str){ p + 1, (size_t)(end - p - 1) };
		p = end + 1;
		if (*p == '.')
			p++;
	}
	return s;
}

struct str
fault_column(unsigned number, const char *message)
{
	/* "Column 'x' cannot be null", "Field 'x' doesn't ...", "... for column `d`.`t`.`x` at
	   row 1", "... CONSTRAINT `c` FOREIGN KEY (`x`) REFERENCES ..." */
	static const char *const before[] = { "for column ", "Column ", "Field ", "column ",
		"FOREIGN KEY (" };
	struct str s = STR_NULL;
	size_t i;

	(void)number;
	for (i = 0; i < sizeof(before) / sizeof(*before) && !s.p; i++)
		s = quoted_after(message, before[i]);
	return s;
}

enum outcome
fault_set(struct err *e, const struct fault *f, const char *subject, const char *message)
{
	char text[320];

	if (f->flags & FAULT_OWN_TEXT)
		return err_set(e, f->code, "%s", message);
	if (!f->has_subject)
		return err_set(e, f->code, "%s", f->text);
	/* the one format that is not a literal: from the table above, with exactly one %s */
	{
		const char *at = strstr(f->text, "%s");
		size_t head = (size_t)(at - f->text);

		snprintf(text, sizeof(text), "%.*s%s%s", (int)head, f->text, subject, at + 2);
	}
	if (text[0] >= 'a' && text[0] <= 'z')
		text[0] = (char)(text[0] - 'a' + 'A');
	return err_set(e, f->code, "%s", text);
}

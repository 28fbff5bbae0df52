/*
 * ical_tool.c -- what libical makes of a rule. A line in, a line out:
 *
 *   LOCAL START (20260324T090000)  N  RRULE
 *
 * gives the first N instances in local time, "-" for a rule that libical refuses.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libical/ical.h>

int
main(void)
{
	static char line[16384];

	icalerror_set_errors_are_fatal(0);
	while (fgets(line, sizeof(line), stdin)) {
		struct icalrecurrencetype rule;
		struct icaltimetype start, t;
		icalrecur_iterator *it;
		char *n_text, *text;
		long n, i;

		line[strcspn(line, "\n")] = '\0';
		n_text = strchr(line, '\t');
		text = n_text ? strchr(n_text + 1, '\t') : NULL;
		if (!text)
			return 1;
		*n_text++ = '\0';
		*text++ = '\0';
		n = strtol(n_text, NULL, 10);
		start = icaltime_from_string(line);
		rule = icalrecurrencetype_from_string(text);
		it = rule.freq == ICAL_NO_RECURRENCE ? NULL :
		    icalrecur_iterator_new(rule, start);
		if (!it)
			printf("-");
		for (i = 0; it && i < n; i++) {
			t = icalrecur_iterator_next(it);
			if (icaltime_is_null_time(t))
				break;
			printf("%s%04d%02d%02dT%02d%02d%02d", i ? "," : "", t.year, t.month,
			    t.day, t.hour, t.minute, t.second);
		}
		if (it)
			icalrecur_iterator_free(it);
		printf("\n");
		fflush(stdout); /* libical crashes over some rules: test_recur.py sees over which */
	}
	return 0;
}

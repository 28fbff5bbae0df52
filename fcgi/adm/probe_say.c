/*
 * probe_say.c -- the report of a probe: steps as they happen, problems again
 * at the end.
 */
#include "probe.h"

#include <stdarg.h>
#include <stdio.h>

struct problem {
	unsigned step;
	const char *text;
	struct problem *next;
};

static void
print(const char *mark, const char *fmt, va_list ap)
{
	printf("  %-8s ", mark);
	vprintf(fmt, ap);
	putchar('\n');
	fflush(stdout);
}

void
say_step(struct probe *p, const char *fmt, ...)
{
	va_list ap;

	printf("%s%u. ", p->step_n ? "\n" : "", p->step_n + 1);
	p->step_n++;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	arena_reset(&p->step);
}

void
say_ok(struct probe *p, const char *fmt, ...)
{
	va_list ap;

	p->ok_n++;
	va_start(ap, fmt);
	print("ok", fmt, ap);
	va_end(ap);
}

void
say_note(struct probe *p, const char *fmt, ...)
{
	va_list ap;

	(void)p; /* same form as its neighbours */
	va_start(ap, fmt);
	print("note", fmt, ap);
	va_end(ap);
}

void
say_problem(struct probe *p, const char *fmt, ...)
{
	struct problem *it = ARENA_NEW(&p->keep, struct problem);
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("  PROBLEM  %s\n", text);
	fflush(stdout);
	it->step = p->step_n;
	it->text = arena_dup(&p->keep, str_of(text)).p;
	*p->problem_end = it;
	p->problem_end = &it->next;
	p->problem_n++;
}

void
say_end(struct probe *p)
{
	const struct problem *it;

	if (!p->problem_n) {
		printf("\nNo problem was found; %u checks were good.\n", p->ok_n);
		return;
	}
	printf("\n%u problem%s found:\n", p->problem_n, p->problem_n == 1 ? " was" : "s were");
	for (it = p->problem; it; it = it->next)
		printf("- step %u: %s\n", it->step, it->text);
}

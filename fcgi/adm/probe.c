/*
 * probe.c -- `owsadm probe URL --user U`: the order of the steps. owsadm(8).
 */
#include "probe.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "limits.h"

#define KEEP_BYTES ((size_t)256 * MIB) /* links, names, tokens, IDs */
#define STEP_BYTES ((size_t)1024 * MIB) /* one answer as bytes and as a tree */
#define PASSWORD_BYTES 256
#define LINK_SAFE 500                  /* characters that every Outlook takes */

static const char usage[] =
    "usage: owsadm probe URL --user NAME[:PASSWORD] [--password-file FILE] [--list NAME]\n"
    "                    [--write] [--insecure]\n"
    "URL is the portal's address. A password that is not given is asked for.\n"
    "--write makes one test item, changes it and deletes it again.\n"
    "--insecure accepts any TLS certificate.\n";

/* A line of the file or terminal, malloc'ed, without its end. */
static char *
read_line(FILE *f)
{
	char *line = calloc(1, PASSWORD_BYTES);

	if (!line || !fgets(line, PASSWORD_BYTES, f)) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

static char *
ask_password(const char *user)
{
	struct termios was, quiet;
	FILE *tty = fopen("/dev/tty", "r+");
	char *line;

	if (!tty || tcgetattr(fileno(tty), &was) != 0) {
		if (tty)
			fclose(tty);
		fprintf(stderr, "There is no terminal to ask for the password; use "
		    "--password-file.\n");
		return NULL;
	}
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	fprintf(tty, "Password of %s: ", user);
	fflush(tty);
	tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
	line = read_line(tty);
	tcsetattr(fileno(tty), TCSAFLUSH, &was);
	fprintf(tty, "\n");
	fclose(tty);
	return line;
}

static char *
file_password(const char *file)
{
	FILE *f = fopen(file, "r");
	char *line = f ? read_line(f) : NULL;

	if (!line)
		fprintf(stderr, "The password file %s cannot be read: %s.\n", file,
		    f ? "it is empty" : strerror(errno));
	if (f)
		fclose(f);
	return line;
}

/* "alice:secret" (handy on a test machine: others see it in the process list). */
static char *
user_password(struct probe *p)
{
	struct str password, name = str_cut(str_of(p->user), ':', &password);

	if (!password.p)
		return NULL;
	p->user = arena_dup(&p->keep, name).p;
	return strndup(password.p, password.n);
}

static bool
read_options(struct probe *p, int argc, char **argv)
{
	static const struct option names[] = {
		{ "user", required_argument, NULL, 'u' },
		{ "password-file", required_argument, NULL, 'f' },
		{ "list", required_argument, NULL, 'l' },
		{ "write", no_argument, NULL, 'w' },
		{ "insecure", no_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 }
	};
	const char *file = NULL;
	int got;

	optind = 1;
	while ((got = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (got == 'u')
			p->user = optarg;
		else if (got == 'f')
			file = optarg;
		else if (got == 'l')
			p->list_name = optarg;
		else if (got == 'w')
			p->is_writing = true;
		else if (got == 'k')
			p->is_insecure = true;
		else
			return false;
	}
	if (optind != argc - 1 || !p->user)
		return false;
	p->url = argv[optind];
	p->password = user_password(p);
	if (!p->password)
		p->password = file ? file_password(file) : ask_password(p->user);
	return p->password != NULL;
}

/* Good links of the page; the first --list fits is taken. False: none. */
static bool
choose_link(struct probe *p, struct str html)
{
	struct str raw, wanted = str_of(p->list_name);
	size_t at = 0, good = 0, seen = 0;
	struct link one, chosen = { .raw = STR_NULL };
	const char *why;

	while (link_next(&p->keep, html, &at, &raw)) {
		seen++;
		if (!link_parse(&p->keep, raw, &one, &why)) {
			say_problem(p, "The link %.*s is malformed: %s. Outlook says that it is not "
			    "valid.", (int)(raw.n < 120 ? raw.n : 120), raw.p, why);
			continue;
		}
		good++;
		say_ok(p, "Link: %.*s \"%.*s\" at %.*s (%zu characters).", STR_ARG(one.type),
		    STR_ARG(one.list_name), STR_ARG(one.base_url), raw.n);
		if (raw.n > LINK_SAFE)
			say_problem(p, "That link has %zu characters; more than 500 are not safe.",
			    raw.n);
		if (!chosen.raw.p && (!wanted.p || str_ieq(one.list_name, wanted)))
			chosen = one;
	}
	if (!seen)
		say_problem(p, "The page holds no stssync:// link: nothing to click.");
	else if (good && !chosen.raw.p)
		say_problem(p, "No link is for a list named \"%s\".", p->list_name);
	p->link = chosen;
	return chosen.raw.p != NULL;
}

/* Scheme, host and port are the same. */
static bool
same_server(struct str a, struct str b)
{
	struct str root[2] = { a, b };
	size_t i;

	for (i = 0; i < 2; i++) {
		size_t n = 0, slashes = 0;

		for (; n < root[i].n && (root[i].p[n] != '/' || ++slashes < 3); n++)
			;
		root[i].n = n;
	}
	return str_ieq(root[0], root[1]);
}

static bool
step_portal(struct probe *p)
{
	struct reply r;

	say_step(p, "The portal page %s, as %s", p->url, p->user);
	http_get(p, p->url, &r);
	if (!r.status) {
		say_problem(p, "No answer from %s: %s.", p->url, r.failure);
		return false;
	}
	if (r.status != 200) {
		say_problem(p, "HTTP status %ld%s.", r.status, r.status == 401 ?
		    ": the server does not accept this user and password" : "");
		return false;
	}
	say_ok(p, "%zu bytes of %.*s.", r.body.n, STR_ARG(r.type));
	if (!choose_link(p, r.body))
		return false;
	p->service = arena_fmt(&p->keep, "%.*s/_vti_bin/Lists.asmx",
	    STR_ARG(p->link.base_url)).p;
	if (!same_server(str_of(p->url), p->link.base_url))
		say_note(p, "The link leads to another server than the page; the password goes "
		    "there, too.");
	say_note(p, "Outlook would ask \"Connect %.*s - %.*s?\" and then talk to %s.",
	    STR_ARG(p->link.site_name), STR_ARG(p->link.list_name), p->service);
	return true;
}

static bool
offers(struct str schemes, const char *name)
{
	struct str rest = schemes;

	while (rest.p)
		if (str_ieq(str_cut(rest, ' ', &rest), str_of(name)))
			return true;
	return false;
}

/* Which kinds of Outlook can sign in with what is offered. */
static void
say_schemes(struct probe *p, struct str schemes)
{
	bool has_windows = offers(schemes, "Negotiate") || offers(schemes, "NTLM");
	bool is_plain = p->link.base_url.n > 5 &&
	    str_ieq((struct str){ p->link.base_url.p, 5 }, STR("http:"));

	say_ok(p, "401, offered: %.*s.", STR_ARG(schemes));
	if (has_windows)
		say_note(p, "Every classic Outlook on a PC that is joined to the domain signs in with "
		    "the Windows account, without a question.");
	if (offers(schemes, "Basic")) {
		say_note(p, "Basic: Outlook asks for name and password. Microsoft 365 builds of the "
		    "last years do not show that prompt unless a policy allows this host%s.",
		    has_windows ? "; they use the Windows account" : "");
		if (is_plain)
			say_note(p, "Warning: Basic over plain http sends the password readable, and "
			    "newer Office versions may refuse it. Use https.");
	}
	if (!has_windows && !offers(schemes, "Basic") && !offers(schemes, "Digest"))
		say_problem(p, "None of these schemes is one that Outlook can use here (Negotiate, "
		    "NTLM, Basic).");
}

static bool
step_door(struct probe *p)
{
	struct reply r;
	struct soap s;
	struct str body;

	say_step(p, "GetList without credentials, as Outlook begins");
	soap_begin(p, &s, "GetList");
	body = soap_end(p, &s);
	http_post(p, p->service, "http://schemas.microsoft.com/sharepoint/soap/GetList", body,
	    AUTH_NONE, &r);
	if (!r.status)
		say_problem(p, "No answer from %s: %s.", p->service, r.failure);
	else if (r.status == 401 && r.schemes.n)
		say_schemes(p, r.schemes);
	else if (r.status == 401)
		say_problem(p, "401 without WWW-Authenticate: Outlook does not know how to sign in.");
	else if (r.status == 200)
		say_note(p, "The server answers without asking who it is: everybody who reaches it "
		    "reads this list.");
	else if (r.status >= 300 && r.status < 400)
		say_problem(p, "A redirect (%ld to %.*s) instead of 401: Outlook reports the list as "
		    "unreachable instead of asking for a password.", r.status,
		    STR_ARG(r.location));
	else
		say_problem(p, "HTTP status %ld instead of 401: Outlook reports the list as "
		    "unreachable instead of asking for a password.", r.status);
	return r.status != 0;
}

static void
run(struct probe *p)
{
	if (!step_portal(p) || !step_door(p))
		return;
	say_step(p, "GetList with credentials");
	if (!probe_get_list(p))
		return;
	say_step(p, "First download");
	if (!probe_download(p))
		return;
	say_step(p, "A poll with the token, as at every Send/Receive");
	if (!probe_poll(p))
		return;
	say_step(p, "Tokens that no server should trust");
	probe_tokens(p);
	if (p->is_writing)
		probe_write(p);
	else
		say_note(p, "Nothing was written; --write tries a test item, too.");
}

int
probe_main(int argc, char **argv)
{
	struct probe p = { 0 };
	int status = 2;

	p.problem_end = &p.problem;
	arena_init(&p.keep, KEEP_BYTES);
	arena_init(&p.step, STEP_BYTES);
	if (!read_options(&p, argc, argv)) {
		if (!p.url)
			fputs(usage, stderr);
	} else if (!http_open(&p)) {
		fputs("libcurl could not be started.\n", stderr);
	} else {
		run(&p);
		say_end(&p);
		status = p.problem_n ? 1 : 0;
		http_close(&p);
	}
	free(p.id);
	free(p.password);
	arena_clear(&p.step);
	arena_clear(&p.keep);
	return status;
}

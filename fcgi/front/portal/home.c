/*
 * home.c -- the first page: the lists this user may see, each with its link
 * into Outlook. MS-STSSYN 2.2.
 */
#include "log.h"
#include "plan.h"
#include "show.h"
#include "stssync.h"

/* What is said of connecting; each a paragraph of one sentence or two. */
static const char *const steps[] = {
	"Click “Connect to Outlook” beside the list. Your browser may ask whether it may open "
	"Outlook: allow it.",
	"Outlook shows the name and the address of the list and asks whether to connect it: "
	"answer Yes.",
	"If Outlook asks for a user name and a password, give the ones with which you opened "
	"this page.",
	"The list appears as a folder of its own. Outlook fetches its items, and from then on "
	"both sides follow each other at every Send/Receive.",
};

static const struct {
	const char *what;
	const char *why;
} troubles[] = {
	{ "Nothing happens after the click",
	  "Only classic Outlook for Windows knows these links. The new Outlook, Outlook on the "
	  "web, Outlook for Mac and phones ignore them. If the new Outlook is switched on, "
	  "switch back to the classic one and click again." },
	{ "Outlook never asks for a password and says that it cannot connect",
	  "Current Microsoft 365 builds do not show password prompts for Basic sign-in. Your "
	  "administrator can allow this address with the Office policy “Allow specified hosts "
	  "to show Basic Authentication prompts to Office apps”, or let the web server sign you "
	  "in with your Windows account." },
	{ "Outlook asks for the password again and again",
	  "The web server does not accept what you type. Try the same name and password in a "
	  "private browser window on this page; if that fails too, the account is the problem "
	  "and not Outlook." },
	{ "Your change disappears, or stands in “Local Failures”",
	  "The server refused it: you may only read the list, the value does not fit, or "
	  "somebody else changed the item first. The message in Outlook says which; its "
	  "reference helps the administrator to find it." },
	{ "Changes arrive late",
	  "Outlook asks the server every few minutes, as the server recommends. "
	  "Send/Receive (F9) asks at once." },
	{ "The list says that it is being prepared",
	  "The server is reading it for the first time. Come back in a minute." },
};

static void
write_right(struct page *p, const struct list *l)
{
	static const struct {
		unsigned right;
		const char *verb;
	} verbs[] = {
		{ RIGHT_INSERT, "add" }, { RIGHT_UPDATE, "change" }, { RIGHT_DELETE, "delete" },
	};
	unsigned may = access_rights(l, &p->c->who);
	unsigned left = may & RIGHT_WRITE;
	bool is_first = true;
	size_t i;

	xmlw_open(&p->w, "dd");
	if (!left)
		xmlw_textz(&p->w, "You may only read");
	else
		xmlw_textz(&p->w, "You may ");
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!(left & verbs[i].right))
			continue;
		left &= ~verbs[i].right;
		if (!is_first)
			xmlw_textz(&p->w, left ? ", " : " and ");
		xmlw_textz(&p->w, verbs[i].verb);
		is_first = false;
	}
	xmlw_close(&p->w);
}

static void
write_facts(struct page *p, const struct list *l, const struct list_state *st)
{
	struct xmlw *w = &p->w;

	xmlw_open(w, "dl");
	xmlw_attrz(w, "class", "facts");
	xmlw_open(w, "div");
	xmlw_element(w, "dt", "Kind");
	xmlw_element(w, "dd", show_kind(l->kind));
	xmlw_close(w);
	if (st) {
		xmlw_open(w, "div");
		xmlw_element(w, "dt", "Items");
		page_words(p, "dd", NULL, page_number(p->a, st->live_n));
		xmlw_close(w);
		xmlw_open(w, "div");
		xmlw_element(w, "dt", "Last change");
		xmlw_open(w, "dd");
		page_time(p, st->modified);
		xmlw_close(w);
		xmlw_close(w);
	}
	xmlw_open(w, "div");
	xmlw_element(w, "dt", "Your right");
	write_right(p, l);
	xmlw_close(w);
	xmlw_close(w);
}

static void
write_actions(struct page *p, const struct list *l)
{
	const struct site *site = p->c->site;
	struct str link = stssync_link(p->a, site->base_url, site->title, l);
	struct xmlw *w = &p->w;

	xmlw_open(w, "p");
	xmlw_attrz(w, "class", "actions");
	if (link.p) {
		xmlw_open(w, "a");
		xmlw_attrz(w, "class", "button main");
		xmlw_attr(w, "href", link);
		xmlw_textz(w, "Connect to Outlook");
		page_words(p, "span", "unseen", arena_fmt(p->a, ": %s", l->title));
		xmlw_close(w);
	}
	xmlw_open(w, "a");
	xmlw_attrz(w, "class", "button");
	xmlw_attr(w, "href", page_href(p, str_of(l->name), "AllItems.aspx"));
	xmlw_textz(w, "Open");
	page_words(p, "span", "unseen", arena_fmt(p->a, " %s", l->title));
	xmlw_close(w);
	xmlw_close(w);
	if (!link.p)
		xmlw_element(w, "p", l->kind == KIND_GENERIC ?
		    "Outlook has no folder for a list of this kind; other programs can use it." :
		    "This list cannot be connected: its link would be longer than the 500 "
		    "characters that Outlook is sure to take. The administrator can shorten "
		    "the list's title, the site's title or the address.");
}

static void
write_status(struct page *p, const char *label, const char *text)
{
	xmlw_open(&p->w, "p");
	xmlw_attrz(&p->w, "class", "status");
	xmlw_element(&p->w, "strong", label);
	xmlw_textz(&p->w, " ");
	xmlw_textz(&p->w, text);
	xmlw_close(&p->w);
}

static void
write_card(struct page *p, const struct list *l)
{
	struct xmlw *w = &p->w;
	struct list_state st;
	struct err e = { .code = OK };
	enum outcome got = plan_state(p->c->engine, l, &st, &e);

	xmlw_open(w, "li");
	xmlw_attrz(w, "class", "card");
	xmlw_open(w, "img");
	xmlw_attrf(w, "src", "%s/_layouts/owsd/kind-%s.svg", p->c->site->base_path,
	    kind_name(l->kind));
	xmlw_attrz(w, "alt", "");
	xmlw_attrz(w, "width", "44");
	xmlw_attrz(w, "height", "44");
	xmlw_close(w);
	xmlw_element(w, "h2", l->title);
	if (l->description[0])
		page_words(p, "p", "about", str_of(l->description));
	write_facts(p, l, got == OK && st.is_ready ? &st : NULL);
	if (got == OK && st.is_ready) {
		write_actions(p, l);
	} else if (got == OK) {
		write_status(p, "Being prepared.",
		    "The server is reading this list for the first time. Come back in a minute.");
	} else {
		log_err("state of a list for the portal", &e);
		write_status(p, "Not available at the moment.", e.peer);
	}
	xmlw_close(w);
}

/* Lists whose provider file has an error, for those who are known to be their readers. */
static const struct list **
refused_lists(struct page *p, size_t *n)
{
	const struct lists *all = p->c->lists;
	const struct list **mine = ARENA_ARRAY(p->a, const struct list *, all->refused_n);
	size_t i;

	*n = 0;
	for (i = 0; i < all->refused_n; i++)
		if (all->refused[i]->title && (access_rights(all->refused[i], &p->c->who) & RIGHT_READ))
			mine[(*n)++] = all->refused[i];
	return mine;
}

static void
write_refused(struct page *p, const struct list *l)
{
	xmlw_open(&p->w, "li");
	xmlw_attrz(&p->w, "class", "card");
	xmlw_element(&p->w, "h2", l->title);
	write_status(p, "Not available at the moment.", "The provider file of this list has an "
	    "error; its administrator finds it with `owsadm check`.");
	xmlw_close(&p->w);
}

static void
write_help(struct page *p)
{
	struct xmlw *w = &p->w;
	size_t i;

	xmlw_open(w, "section");
	xmlw_attrz(w, "aria-labelledby", "connect");
	xmlw_open(w, "h2");
	xmlw_attrz(w, "id", "connect");
	xmlw_textz(w, "How to connect");
	xmlw_close(w);
	xmlw_open(w, "ol");
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		xmlw_element(w, "li", steps[i]);
	xmlw_close(w);
	xmlw_close(w);
	xmlw_open(w, "section");
	xmlw_attrz(w, "aria-labelledby", "refused");
	xmlw_open(w, "h2");
	xmlw_attrz(w, "id", "refused");
	xmlw_textz(w, "When Outlook refuses");
	xmlw_close(w);
	for (i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
		xmlw_open(w, "details");
		xmlw_element(w, "summary", troubles[i].what);
		xmlw_element(w, "p", troubles[i].why);
		xmlw_close(w);
	}
	xmlw_close(w);
}

void
home_page(struct page *p, struct str name)
{
	struct list *const *list;
	struct xmlw *w = &p->w;
	const struct list **refused;
	size_t i, n, refused_n;

	(void)name; /* the route has none */
	list = front_lists(p->c, &n);
	refused = refused_lists(p, &refused_n);
	page_open(p, 200, STR("Lists"));
	xmlw_element(w, "h1", "Your lists");
	if (!n && !refused_n) {
		page_words(p, "p", "lead", STR("There is no list that you may see. "
		    "If there should be one, ask the administrator for the right to read it."));
	} else {
		page_words(p, "p", "lead", STR("Connect a list, and its items live in Outlook: "
		    "what you change there is changed here, and the other way round."));
		xmlw_open(w, "ul");
		xmlw_attrz(w, "class", "cards");
		for (i = 0; i < n; i++)
			write_card(p, list[i]);
		for (i = 0; i < refused_n; i++)
			write_refused(p, refused[i]);
		xmlw_close(w);
	}
	write_help(p);
	page_close(p);
	p->r->note.rows = n;
}

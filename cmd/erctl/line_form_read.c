#include "line_form_p.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"

/* ---- signals: they may only arrive while we wait ---- */

static const int kept_out[] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction before[NITEMS(kept_out)];
static sigset_t mask_before;
static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

void line_signals_begin(void)
{
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t block;
	sigemptyset(&block);
	sigemptyset(&act.sa_mask);
	caught = 0;
	for (size_t i = 0; i < NITEMS(kept_out); i++) {
		sigaddset(&block, kept_out[i]);
		sigaction(kept_out[i], &act, &before[i]);
	}
	sigprocmask(SIG_BLOCK, &block, &mask_before);
}

void line_signals_end(void)
{
	for (size_t i = 0; i < NITEMS(kept_out); i++)
		sigaction(kept_out[i], &before[i], NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

/* ---- a line ---- */

/* More input; 0 at its end, or when a signal came. */
static int more(struct line_form *p)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	char part[4096];
	while (!caught) {
		if (ppoll(&in, 1, NULL, &mask_before) < 0)
			continue; /* a signal; or out of memory, and then again */
		ssize_t n = read(STDIN_FILENO, part, sizeof part);
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			buf_add(&p->input, part, (size_t)n);
		return n > 0;
	}
	return 0;
}

/* 1: p->typed is a line; 0: the input is at its end and nothing is left. */
static int next_line(struct line_form *p)
{
	const char *end = NULL;
	while (!p->ended && !(end = memchr(buf_str(&p->input), '\n', p->input.len))) {
		if (p->input.len > FILL_TEXT_MAX || !more(p))
			p->ended = 1;
	}
	size_t n = end ? (size_t)(end - p->input.data) : p->input.len;
	if (!end && n == 0)
		return 0;
	buf_clear(&p->typed);
	buf_add(&p->typed, p->input.data, n);
	memmove(p->input.data, p->input.data + n + (end != NULL), p->input.len - n - (end != NULL));
	p->input.len -= n + (end != NULL);
	return 1;
}

static const struct {
	const char *text;
	enum word word;
} words[] = {
	{"?", WORD_HELP},          {"<", WORD_BACK},        {"!help", WORD_HELP},
	{"!back", WORD_BACK},      {"!next", WORD_NEXT},    {"!e", WORD_EDIT},
	{"!edit", WORD_EDIT},      {"!clear", WORD_CLEAR},  {"!remove", WORD_REMOVE},
	{"!up", WORD_UP},          {"!down", WORD_DOWN},    {"!task", WORD_TASK},
	{"!list", WORD_LIST},      {"!json", WORD_JSON},    {"!evidence", WORD_SURE},
	{"!draft", WORD_DRAFT},    {"!quit", WORD_QUIT},
};

static enum word word_of(struct line_form *p)
{
	const char *s = buf_str(&p->typed);
	for (size_t i = 0; i < NITEMS(words); i++) {
		if (strcmp(s, words[i].text) == 0)
			return words[i].word;
	}
	if (*s != '!')
		return WORD_TEXT;
	if (s[1] == '!') {
		memmove(p->typed.data, p->typed.data + 2, p->typed.len - 1);
		p->typed.len -= 2;
		return WORD_TEXT;
	}
	say("  not a word that I know (? lists them); an answer that begins with ! needs !! and "
	    "then all of it\n");
	return WORD_WRONG;
}

enum word line_read(struct line_form *p)
{
	struct err err = ERR_INIT;
	if (fill_save(&p->f, &err) < 0 && !p->warned) {
		struct buf safe = BUF_INIT;
		safe_adds(&safe, err.msg, SAFE_LINE);
		say("  what you type cannot be kept: %s\n", buf_str(&safe));
		buf_release(&safe);
		p->warned = 1;
	}
	say("> ");
	fflush(stderr);
	if (!next_line(p)) {
		say("\n");
		return WORD_END;
	}
	if (p->typed.len > FILL_TEXT_MAX || strlen(buf_str(&p->typed)) != p->typed.len ||
	    !utf8_valid(buf_str(&p->typed), p->typed.len)) {
		say("  that is too long, or not UTF-8\n");
		return WORD_WRONG;
	}
	return word_of(p);
}

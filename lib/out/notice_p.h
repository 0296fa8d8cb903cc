/*
 * out/notice_p.h -- between notice.c (when, to whom) and notice_channel.c (how).
 */
#ifndef OUT_NOTICE_P_H
#define OUT_NOTICE_P_H

#include <jansson.h>
#include <uthash.h>

#include "out/notice.h"

struct agents;
struct worker;

enum channel { CHANNEL_EXEC, CHANNEL_MAIL, CHANNEL_NTFY, CHANNEL_SLACK, CHANNELS };
extern const char *const channel_names[CHANNELS];

/* One thing to say by one channel. */
struct sending {
	struct sending *next;
	struct notices *n;
	char *worker;   /* owned */
	enum channel channel;
	json_t *doc;    /* er.notice.v1; owned */
	struct notice_refs refs; /* what it tells of */
	int attempts, active;
	int64_t next_ms;
};

/* A worker with something to be told, or told lately. */
struct person {
	char *name;     /* owned */
	json_t *tasks;  /* what waits to be told: array, or NULL */
	size_t more;    /* beyond NOTICE_SHOWN */
	struct notice_refs refs; /* of all of them */
	int64_t next_ms; /* not before */
	UT_hash_handle hh;
};

struct notices {
	const struct spool *spool;   /* borrowed, as the next two */
	struct http *http;
	const struct config *config;
	struct agents *agents;
	notice_told *told;
	void *ctx;
	struct person *people;
	struct sending *first;
	size_t n_sendings, active;
	int changed;     /* something went out, or was given up, that is not noted yet */
	int64_t next_ms; /* no earlier than this is anything due */
	int64_t now_ms;  /* of the last run: the clock of what ends between two */
};

/* notice.c */
struct person *person_of(struct notices *n, const char *name); /* made when new */
/* notice_kept.c */
void refs_add(struct notice_refs *r, const struct notice_ref *one);
void refs_add_all(struct notice_refs *to, const struct notice_refs *from);

/* Begin; 0, or -1 with the reason. */
int channel_start(struct sending *s, struct err *err);
/* The channel has ended; NULL: well. */
void sending_done(struct sending *s, const char *error);

#endif

/*
 * engine/verify/anomaly.h -- stage 3: does this answer, or this worker, stand out from the peers?
 *
 * Purpose    Six named tests with a stated rate of false alarms that also holds where up to four in ten
 *            workers are bad.  What they learn is bounded and comes from the journal alone.
 * Answers    too_fast, copied_text, outlier judge this answer, 0.001 of honest ones falsely.  The rank
 *            among the answers of workers in good standing is a conformal p-value (Vovk, Gammerman,
 *            Shafer: Algorithmic Learning in a Random World, 2005); divided by 0.6 it is one with two
 *            bad in five among them, too.  Beyond the tenth strangest the tail goes on in proportion
 *            to time, to 1/z, to the square of the distance: right if answer times are not denser
 *            towards zero and numbers not wilder than Cauchy's.  Holm (Scandinavian Journal of
 *            Statistics 6, 1979) joins the three, however they depend on each other.
 * Workers    All six judge the worker, 0.01 of honest ones falsely in all their life in the lane.  Each
 *            asks how often the worker does a thing, compared with the 55th of a hundred peers,
 *            one worker one vote: it stays among the honest with up to 45 bad ones above it.  From
 *            there honest workers have room: odds of 3 (same_answer, disagreement: 2), or twice the
 *            distance from the 25th to the 55th where that is more, times 1 + 4 / peers.  The
 *            likelihood ratio against that bound is an e-process: by Ville's inequality it ever
 *            passes 1/alpha with a chance of at most alpha, looked at as often as one likes
 *            (Ramdas, Gruenwald, Vovk, Shafer: Statistical Science 38(4), 2023).  It is a mixture over
 *            when the worker changed (weights 1/(n(n+1))) and of two strengths.  The mean of the six
 *            is one again under any dependence (Vovk and Wang: Annals of Statistics 49(3), 2021);
 *            a test is named when its own passes six times as much.
 * Teachers   Ranks are learned from workers with TEACHER_MIN answers and less than 20 : 1 against
 *            them.  No answer is left out for being strange: the tail would eat itself up.
 * Silence    Nothing is said of a worker before three others are known, nor of an answer before there
 *            are a hundred to compare with.
 * Assumes    Honest workers get tasks of the same mix, and differ by less than the room above.
 *            Where tasks of one kind come in a row, the peers' last answers are looked at.
 * Order      anomaly_features when the answer comes; its traces go into the event.  anomaly_judge, then
 *            anomaly_learn with the same traces, once; anomaly_agreed when the peers' answers are
 *            known.  The verdict is stored: replay only learns.
 * Ownership  States are plain numbers without pointers or padding: copied, compared and saved as bytes
 *            of this machine.  All zeros is the empty lane.  The ..._ok functions judge what was read.
 * Limits     1,024 values of an answer are looked at, and kept are: the longest 4 texts of at least 40
 *            code points, of each 2 KiB (bytes, ASCII folded to lower case, all but letters and
 *            digits a blank), 8 numbers, and one hash of all else.
 * Cost       No allocation, no pass over history: some 20 microseconds for features, judging and
 *            learning.
 */
#ifndef ENGINE_VERIFY_ANOMALY_H
#define ENGINE_VERIFY_ANOMALY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum anomaly {
	ANOMALY_TOO_FAST,
	ANOMALY_SAME_ANSWER,
	ANOMALY_COPIED_TEXT,
	ANOMALY_BURST,
	ANOMALY_DISAGREEMENT,
	ANOMALY_OUTLIER,
	ANOMALY_COUNT
};

enum { TRACE_TEXTS = 4, TRACE_NUMBERS = 8, TRACES_JSON_MAX = 400 };

/* What is kept of an answer. */
struct traces {
	int64_t at_ms;   /* when the worker sent it (not: when it was picked up) */
	int64_t took_ms; /* below zero: not known */
	uint64_t choice; /* all of it but long texts */
	uint64_t text[TRACE_TEXTS]; /* SimHash */
	float number[TRACE_NUMBERS];
	uint16_t text_len[TRACE_TEXTS]; /* code points */
	uint16_t key[TRACE_NUMBERS];    /* of the number's place */
	uint16_t task;
	uint8_t n_texts, n_numbers;
};

struct anomaly_answer {
	const json_t *answer;
	const char *task; /* its id */
	int64_t took_ms, at_ms;
};

void anomaly_features(const struct anomaly_answer *in, struct traces *out);
/* A new object of less than TRACES_JSON_MAX bytes. */
json_t *anomaly_traces_json_new(const struct traces *t);
/* 0, or -1 when it is not such an object. */
int anomaly_traces_read(const json_t *doc, struct traces *out, struct err *err);

/* ---- what is learned ---- */

enum {
	TAIL_BINS = 64,     /* a quarter of an octave each */
	RATE_BINS = 33,     /* half an octave of odds each, 2^-8 to 2^8 */
	TYPICAL_BINS = 128, /* a quarter of an octave each, from 1 ms */
	FIELD_VALUES = 48,
	LANE_TEXTS = 480,
	LANE_CHOICES = 32,
	OWN_TIMES = 15,
	OWN_LAST = 4, /* a burst is one more than these */
	OWN_CHOICES = 4,
	TEACHER_MIN = 20
};

struct anomaly_tail {
	float n[TAIL_BINS];
};

struct anomaly_field { /* a number that answers have */
	struct anomaly_tail tail;
	float value[FIELD_VALUES]; /* the last ones */
	uint16_t who[FIELD_VALUES];
	uint16_t key, n, next, uses;
};

struct anomaly_text { /* one text, or several near to each other */
	uint64_t hash;
	uint32_t workers; /* a bit for each, by tag */
	uint16_t len, task;
};

struct anomaly_lane {
	int64_t at_ms; /* faded up to here */
	double faded;  /* half-lives so far */
	struct anomaly_text text[LANE_TEXTS];
	uint64_t choice[LANE_CHOICES]; /* the last ones */
	struct anomaly_field field[TRACE_NUMBERS];
	struct anomaly_tail fast, copied;
	float rate[ANOMALY_COUNT][RATE_BINS]; /* one entry a worker */
	float typical[TYPICAL_BINS];          /* the same, of their median times */
	float quick[TYPICAL_BINS];            /* and of their quickest, but for one in eight */
	uint16_t choice_who[LANE_CHOICES];
	uint32_t n_texts, next_text, n_choices, next_choice;
	uint16_t spare[4];
};

struct anomaly_worker { /* in one lane */
	double faded; /* the lane's, when this worker's entries were renewed */
	double e[ANOMALY_COUNT][2];
	int64_t last[OWN_LAST]; /* at_ms */
	uint64_t choice[OWN_CHOICES];
	float choice_n[OWN_CHOICES];
	float hits[ANOMALY_COUNT], looks[ANOMALY_COUNT]; /* of late */
	uint32_t tested[ANOMALY_COUNT];
	uint32_t tag; /* not 0 */
	uint32_t answers;
	float took[OWN_TIMES]; /* log2 of milliseconds */
	uint8_t n_took, next_took, n_last, next_last;
	uint8_t rate_bin[ANOMALY_COUNT]; /* + 1; 0: no entry */
	uint8_t typical_bin, quick_bin;
};

void anomaly_worker_init(struct anomaly_worker *w, const char *name);
/* It begins anew: what the lane has of its habits and pace goes, too.  Texts, numbers and choices that it
 * gave stay until others push them out. */
void anomaly_worker_again(struct anomaly_lane *l, struct anomaly_worker *w, const char *name);
int anomaly_lane_ok(const struct anomaly_lane *l);
int anomaly_worker_ok(const struct anomaly_worker *w);

struct anomaly_limits {
	int64_t half_life_ms;
	int32_t answer_ppm; /* false alarms for each answer, in millionths */
	int32_t life_ppm;   /* for each worker, in all its life in the lane */
	uint32_t off;       /* bits of tests that are never to fire */
};

extern const struct anomaly_limits anomaly_defaults; /* 30 days, 1000, 10000, none */

/* ---- judging ---- */

enum { FIRED_ANSWER = 1, FIRED_LIFE = 2 };

struct anomaly_finding {
	int32_t answer_ppm; /* p-value of this answer; 1000000 where nothing can be said */
	int32_t life_ppm;   /* of the worker, at any number of looks */
	int64_t seen;       /* ms; 1: the usual answer; bits that differ; thousandths of z; -1: nothing */
	int64_t limit;      /* from where on it is counted */
	int32_t habit_ppm;  /* share of the worker's answers of late that are counted */
	int32_t peers_ppm;  /* share of the worker in the middle of the peers; -1: not known */
	unsigned fired;
};

struct anomaly_verdict {
	struct anomaly_finding of[ANOMALY_COUNT];
	int32_t answer_ppm, life_ppm; /* of all together */
	unsigned fired;               /* the same bits; 0: nothing stands out */
};

void anomaly_judge(const struct anomaly_lane *l, const struct anomaly_worker *w,
                   const struct traces *t, const struct anomaly_limits *lim,
                   struct anomaly_verdict *out);
void anomaly_learn(struct anomaly_lane *l, struct anomaly_worker *w, const struct traces *t,
                   const struct anomaly_limits *lim);
/* The peers' answers to a task of this worker are known.  ${chance_ppm}: how probably an honest
 * worker agrees with them, or -1 for what the lane has shown. */
void anomaly_agreed(struct anomaly_lane *l, struct anomaly_worker *w, int agreed,
                    int32_t chance_ppm);

const char *anomaly_name(enum anomaly a); /* "too_fast" */
/* One sentence, cut to ${n} bytes. */
void anomaly_reason(const struct anomaly_verdict *v, enum anomaly a, char *out, size_t n);
/* Into ${doc}: "alarm":true,"answer":P,"life":P,"tests":{"too_fast":{…}}, P in millionths: the tests
 * that had something to say. */
void anomaly_verdict_json(const struct anomaly_verdict *v, json_t *doc);

#endif

/*
 * json/logic/logic.h -- JSONLogic: small rules, written as JSON, over JSON data.  Pure.
 *
 * Purpose    Let a lane say what it accepts without a program: {"<=": [{"var": "answer.refund"},
 *            {"var": "task.limit"}]}.  A rule can compute and choose; it cannot reach anything
 *            but its data, and it always ends.
 * Source     jsonlogic.com: the documented operators and no others (`?:` is `if`, as in the
 *            official tests), coercing as the reference, json-logic-js 2.0, does: JavaScript's
 *            rules for == < + ! and for numbers as text.  An object with one key is an
 *            operation; with none or several it is a value, with whatever is inside.
 * Ours       Differs where the reference would be unsafe or lose something:
 *            - integers are exact to 63 bits, then doubles; a whole result up to 2^53 is an
 *              integer; there is no negative zero;
 *            - NaN and infinities exist while computing; in a list or as the result they are null;
 *            - `log` returns its argument and writes nothing;
 *            - the data is never run as a rule (`missing` of a key that is an object);
 *            - an unknown operator, and a number of arguments no use can be made of, is an error
 *              of the rule, found before it runs;
 *            - half a surrogate pair, which substr can cut out, becomes U+FFFD;
 *            - `var` finds "length" of lists and texts, but no single character of a text;
 *            - a negative length in substr counts from the end also when it is a text ("-2").
 * Order      logic_compile once, logic_run as often as wanted, logic_free.
 * Limits     The enum below.  A step is one operator, one element of a list or 64 bytes of text;
 *            what costs more counts more, so that steps are time: a rule that uses all of them
 *            takes a few milliseconds.
 * Errors     NULL or -1 with FAIL_INVALID.  Those of logic_compile have the JSON Pointer into
 *            the rule in err->field.
 * Ownership  A struct logic keeps references to parts of the rule, and results share parts of
 *            rule and data: change none of the three in place while another is in use.  The
 *            struct is never written after logic_compile; any number of runs may share it.
 */
#ifndef JSON_LOGIC_LOGIC_H
#define JSON_LOGIC_LOGIC_H

#include <jansson.h>

struct err;
struct logic;

enum {
	LOGIC_MAX_DEPTH = 64,          /* of lists and objects in a rule */
	LOGIC_MAX_NODES = 10000,       /* operators and arguments; a list of constants is one */
	LOGIC_MAX_STEPS = 100000,      /* of one run */
	LOGIC_MAX_MADE = 4 << 20,      /* bytes of all values one run makes */
	LOGIC_MAX_RESULT = 1 << 20,    /* bytes of the result, about as many as its text has */
	LOGIC_MAX_NESTING = 64,        /* of lists that one run puts into each other */
	LOGIC_MAX_DATA_DEPTH = 256     /* of data whose text is asked for */
};

/* The rule, ready to run, or NULL. */
struct logic *logic_compile(const json_t *rule, struct err *err);
void logic_free(struct logic *logic);

/* A new reference to what the rule says about ${data} (NULL is null), or NULL: "the rule took
 * more than 100000 steps", or one of the other limits. */
json_t *logic_run(const struct logic *logic, const json_t *data, struct err *err);

/* Whether a result counts as yes: all but false, null, 0, "" and []. */
int logic_truthy(const json_t *v);

/* Call ${fn} for each place of the data that the rule names in so many words (var, missing,
 * missing_some), with its JSON Pointer; a place may come more than once, "" is the whole.  Inside
 * map, filter, reduce, all, none and some "-" stands for an element: "/answer/actions/-/title".
 * Left out is what is computed: names made at run time, elements of lists that are no place of
 * the data, the accumulator.  A last "length" may be that of a list or a text.  Stops at the
 * first result of ${fn} that is not 0 and returns it. */
int logic_each_var(const struct logic *logic, int (*fn)(void *ctx, const char *pointer), void *ctx);

#endif

#include "model/created.h"

#include <stdio.h>

#include "base/ids.h"
#include "base/sha256.h"
#include "json/js.h"
#include "model/chain.h"
#include "model/config.h"
#include "model/dialect.h"
#include "model/intake.h"

enum { ATTEMPTS_MAX = 250 };

static int64_t due_ms(const struct created *c)
{
	int64_t due = c->at_ms + c->spec->sla_ms;

	return c->spec->deadline_ms && c->spec->deadline_ms < due ? c->spec->deadline_ms : due;
}

static int64_t estimate_minutes(const struct created *c)
{
	int64_t ms = c->typical_ms ? c->typical_ms : c->spec->sla_ms / 10 * 9;

	return ms / 60000 + (ms % 60000 != 0);
}

/* An escalation keeps the chain it started with. */
static void set_chain(json_t *data, const struct created *c)
{
	json_t *chain;

	if (!c->chain)
		return;
	chain = json_object();
	js_set_str(chain, "name", c->chain->name);
	if (c->lane->blind)
		js_set_new(chain, "blind", json_true());
	js_set_copy(chain, "doc", c->chain->doc);
	js_set_new(data, "chain", chain);
}

/* Answers in all.  Each level may answer once and be too unsure, beside what the lane allows; blind
 * answers come in sets. */
static int max_attempts(const struct created *c)
{
	int all = c->chain ? c->lane->max_attempts + (int)c->chain->n * (c->chain->repeat + 1)
	                   : c->lane->max_attempts * c->lane->verify.max_overlap;

	return all < ATTEMPTS_MAX ? all : ATTEMPTS_MAX;
}

static int overlap_of(const struct created *c)
{
	int risk = c->spec->risk;

	if (c->chain || c->gold)
		return 1;
	return verify_overlap(&c->lane->verify, risk, risk < 0 ? 0 : c->lane->risk[risk].min_overlap);
}

static void set_verification(json_t *data, const struct created *c, int overlap)
{
	char id[ID_TEXT_MAX];

	if (c->reviews)
		js_set_str(data, "reviews", id_format(c->reviews, "task_", id));
	if (overlap > 1)
		js_set_int(data, "overlap", overlap);
	js_set_str(data, "gold", c->gold);
	if (c->not_before_ms)
		js_set_time(data, "notBefore", c->not_before_ms);
}

void created_terms(const struct created *c, struct terms *out)
{
	*out = (struct terms){
		.spec = c->spec,
		.from = c->from,
		.content = c->content,
		.due_ms = due_ms(c),
		.expire_ms = c->at_ms + (c->lane->expire_ms ? c->lane->expire_ms : 4 * c->spec->sla_ms),
		.max_attempts = max_attempts(c),
		.offers_at_once = c->lane->offers_at_once,
		.overlap = overlap_of(c),
		.reviews = c->reviews,
		.gold = c->gold != NULL,
		.not_before_ms = c->not_before_ms,
		.claim = c->lane->offer_mode == OFFER_CLAIM,
		.deliver = c->deliver,
	};
}

json_t *created_data(const struct created *c)
{
	const struct spec *spec = c->spec;
	struct terms terms;
	json_t *data = json_object();
	char hex[SHA256_HEX], usd[32];

	created_terms(c, &terms);
	js_set_str(data, "dialect", spec->dialect->name);
	js_set_str(data, "key", c->key);
	js_set_str(data, "from", c->from);
	js_set_str(data, "contentSha256", sha256_hex(c->content, hex));
	js_set_new(data, "spec", spec_to_json(spec));
	if (spec->schema_name)
		js_set_copy(data, "answerSchema", spec->schema);
	js_set_time(data, "dueAt", terms.due_ms);
	js_set_time(data, "expiresAt", terms.expire_ms);
	js_set_int(data, "maxAttempts", terms.max_attempts);
	snprintf(usd, sizeof(usd), "%lld.%02lld", (long long)(c->lane->price_usd_micro / 1000000),
	         (long long)(c->lane->price_usd_micro % 1000000 / 10000));
	js_set_str(data, "priceUsd", usd);
	js_set_int(data, "estimatedCompletionMinutes", estimate_minutes(c));
	if (terms.offers_at_once > 1)
		js_set_int(data, "offersAtOnce", terms.offers_at_once);
	if (terms.claim)
		js_set_new(data, "claim", json_true());
	set_chain(data, c);
	set_verification(data, c, terms.overlap);
	if (c->deliver)
		js_set_new(data, "deliver", json_true());
	js_set_copy(data, "body", c->body);
	return data;
}

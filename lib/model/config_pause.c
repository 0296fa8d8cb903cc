/* Lanes and workers that nobody is to be sent to for a while. */
#include "base/timefmt.h"
#include "json/js.h"
#include "model/config_p.h"

enum { PAUSED_BY_MAX = 64, PAUSED_REASON_MAX = 4 * 1024 };

int config_read_moment(const json_t *doc, const char *where, int64_t *out, struct err *err)
{
	const char *s = NULL;

	if (js_get_str(doc, where, &s, TIME_TEXT_MAX, err) != 0)
		return -1;
	if (!s || time_parse(s, out, NULL) != 0)
		return err_field(err, FAIL_INVALID, where, "must be a time like 2026-11-22T18:44:38Z");
	return 0;
}

int config_read_pause(const json_t *doc, int64_t *ends_ms, struct err *err)
{
	const char *text = NULL;
	int paused = 0;
	int64_t until = INT64_MAX;

	if (js_get_bool(doc, "/paused", &paused, err) != 0 ||
	    js_get_str(doc, "/pausedBy", &text, PAUSED_BY_MAX, err) != 0 ||
	    js_get_str(doc, "/pausedReason", &text, PAUSED_REASON_MAX, err) != 0)
		return -1;
	if (json_object_get(doc, "pausedUntil") &&
	    config_read_moment(doc, "/pausedUntil", &until, err) != 0)
		return -1;
	*ends_ms = paused ? until : INT64_MIN;
	return 0;
}

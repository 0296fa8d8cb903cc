#include "etcdoc.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "json/js.h"
#include "model/config.h"
#include "spool/dirlist.h"

enum { DOCUMENT_MAX = 1 << 20 };

static int read_document(int dir, const char *file, json_t *into, struct err *err)
{
	struct buf text = BUF_INIT;
	char name[128];
	json_t *doc = NULL;

	if (io_read_file(dir, file, DOCUMENT_MAX, &text, err) == 0)
		doc = js_parse(buf_str(&text), text.len, &js_limits_schema, err);
	buf_release(&text);
	if (!doc)
		return err_wrap(err, "%s", file);
	snprintf(name, sizeof name, "%.*s", (int)(strlen(file) - strlen(".json")), file);
	js_set_new(into, name, doc);
	return 0;
}

static int read_kind(int etc, const char *kind, json_t *into, struct err *err)
{
	struct names names = {.n = 0};
	struct err absent = ERR_INIT;
	int dir = io_open_dir(etc, kind, &absent), rc = 0;

	if (dir < 0)
		return absent.code == FAIL_NOT_FOUND ? 0
		                                     : err_set(err, absent.code, "%s", absent.msg);
	rc = names_read(&names, dir, ".", ".json", err);
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		rc = read_document(dir, names.name[i], into, err);
	names_release(&names);
	close(dir);
	return rc == 0 ? 0 : err_wrap(err, "%s", kind);
}

json_t *etcdoc_read(const char *path, struct err *err)
{
	struct err none = ERR_INIT;
	int root = io_open_dir(AT_FDCWD, path, err);
	if (root < 0)
		return NULL;
	int etc = io_open_dir(root, "etc", &none), rc = 0;
	json_t *all = json_object();

	for (int k = 0; rc == 0 && k < CFG_COUNT; k++) {
		json_t *kind = json_object();
		rc = read_kind(etc < 0 ? root : etc, config_dirs[k], kind, err);
		js_set_new(all, config_dirs[k], kind);
	}
	if (etc >= 0)
		close(etc);
	close(root);
	if (rc == 0)
		return all;
	json_decref(all);
	return NULL;
}

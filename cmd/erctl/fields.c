#include "fields.h"

#include <stddef.h>

const char *const task_fields[] = {
	"schema", "seq", "id", "state", "dialect", "lane", "pool", "title", "urgency", "domain",
	"from", "key", "contentSha256", "reviews", "createdAt", "updatedAt", "dueAt", "expiresAt",
	"closedAt", "attempts", "maxAttempts", "priceUsd", "estimatedCompletionMinutes",
	"assignments", "escalation", "question", "comments", "answers", "verification", "result",
	"failure", "responseSchema", "schemaSha256", "answerSchema", "webhook", "body", NULL};

const char *const result_fields[] = {"schema", "seq", "id", "state", "lane", "dialect", "closedAt",
                                     "answer", "worker", "confidence", "evidence", "agreement",
                                     "reviewed", "reason", "document", NULL};

const char *const inbox_fields[] = {
	"schema", "task", "state", "lane", "title", "urgency", "createdAt", "due", "offerExpires",
	"priceUsd", "instructions", "payload", "artifacts", "context", "question", "comments",
	"rejections", "answerSchema", "evidenceRequired", "body", NULL};

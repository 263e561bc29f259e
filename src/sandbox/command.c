/* The command of POST /sandbox/control. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "sandbox/code.h"
#include "sandbox/control.h"
#include "schema/schema.h"
#include "json/reader.h"

struct command_in {
	const char *provider;
	bool reset;
	bool rotate_keys;
	struct optional_int times;
	const char *path;
	struct optional_int delay_ms;
	const char *fail;
	bool unseen;
	bool early;
	struct optional_int repeat;
	bool reorder;
	struct decimal amount;
	const char *currency;
	const char *outcome;
	const char *id_token;
	bool hang;
	bool reject;
	struct optional_int settle_ms;
};

static const char *const failures[] = {"refuse", "timeout", "500", "reset", "half", NULL};
static const char *const outcomes[] = {"success", "failed", "reversed", "never", "later", NULL};
static const char *const token_faults[] = {
	"wrong_aud",        "wrong_iss",   "expired",          "wrong_nonce",   "alg_none",
	"hs256_public_key", "unknown_kid", "unverified_email", "bad_signature", NULL};

static const struct field command_fields[] = {
	FIELD(struct command_in, provider, .name = "provider"),
	FIELD(struct command_in, reset, .name = "reset"),
	FIELD(struct command_in, rotate_keys, .name = "rotate_keys"),
	FIELD(struct command_in, times, .name = "times", .lower_bound = true, .min = 1,
	      .max = 10000),
	FIELD(struct command_in, path, .name = "path", .min = 1, .max = 63),
	FIELD(struct command_in, delay_ms, .name = "delay_ms", .lower_bound = true, .max = 60000),
	FIELD(struct command_in, fail, .name = "fail", .choices = failures),
	FIELD(struct command_in, unseen, .name = "unseen"),
	FIELD(struct command_in, early, .name = "early"),
	FIELD(struct command_in, repeat, .name = "repeat", .lower_bound = true, .min = 1,
	      .max = 32),
	FIELD(struct command_in, reorder, .name = "reorder"),
	FIELD(struct command_in, amount, .name = "amount"),
	FIELD(struct command_in, currency, .name = "currency", .format = "currency"),
	FIELD(struct command_in, outcome, .name = "outcome", .choices = outcomes),
	FIELD(struct command_in, id_token, .name = "id_token", .choices = token_faults),
	FIELD(struct command_in, hang, .name = "hang"),
	FIELD(struct command_in, reject, .name = "reject"),
	FIELD(struct command_in, settle_ms, .name = "settle_ms", .lower_bound = true,
	      .max = 3600000),
};
enum { COMMAND_FIELDS = COUNT(command_fields) };

static const struct schema command_schema = SCHEMA(struct command_in, "Command", command_fields);

static enum err
refuse_unknown(struct arena *arena, struct fault *f, struct json_object *object)
{
	const char *name;
	struct json_object *value;

	for (size_t i = 0; json_member_at(object, i, &name, &value); i++) {
		size_t k = 0;

		while (k < COMMAND_FIELDS && strcmp(command_fields[k].name, name) != 0)
			k++;
		if (k == COMMAND_FIELDS)
			return fault(f, ERR_VALIDATION, NULL, "unknown field %s",
				     arena_strndup(arena, name, 40));
	}
	return ERR_OK;
}

static void
put(struct command *out, const struct command_in *in, enum knob knob, const char *word,
    int64_t number)
{
	int64_t fallback = knob == KNOB_REORDER ? REORDER_TIMES_DEFAULT : 1;
	struct setting *setting = &out->settings[knob];

	out->set[knob] = true;
	setting->times = in->times.present ? in->times.value : fallback;
	setting->word = word;
	setting->number = number;
	setting->unseen = in->unseen;
	copy_text(setting->path, sizeof(setting->path), in->path);
}

/* The choice as a constant: the decoded text is freed with the arena. */
static const char *
constant(const char *const *choices, const char *text)
{
	return choices[text_index(choices, text)];
}

static void
fill(struct command *out, const struct command_in *in)
{
	if (in->delay_ms.present)
		put(out, in, KNOB_DELAY, NULL, in->delay_ms.value);
	if (in->fail != NULL)
		put(out, in, KNOB_FAIL, constant(failures, in->fail), 0);
	if (in->early)
		put(out, in, KNOB_EARLY, NULL, 0);
	if (in->repeat.present)
		put(out, in, KNOB_REPEAT, NULL, in->repeat.value);
	if (in->reorder)
		put(out, in, KNOB_REORDER, NULL, 0);
	if (in->outcome != NULL)
		put(out, in, KNOB_OUTCOME, constant(outcomes, in->outcome), 0);
	if (in->hang)
		put(out, in, KNOB_OUTCOME, constant(outcomes, "never"), 0);
	if (in->reject)
		put(out, in, KNOB_OUTCOME, constant(outcomes, "failed"), 0);
	if (in->settle_ms.present)
		put(out, in, KNOB_SETTLE, NULL, in->settle_ms.value);
	if (in->id_token != NULL)
		put(out, in, KNOB_ID_TOKEN, constant(token_faults, in->id_token), 0);
	if (in->amount.present || in->currency != NULL) {
		put(out, in, KNOB_PAID, NULL, 0);
		out->settings[KNOB_PAID].amount = in->amount;
		copy_text(out->settings[KNOB_PAID].currency, 4, in->currency);
	}
}

static bool
is_empty(struct json_object *object)
{
	const char *name;
	struct json_object *value;

	return !json_member_at(object, 0, &name, &value);
}

/* A command without effect is an error; only {} has a meaning of its own. */
static enum err
check(struct fault *f, struct json_object *object, const struct command *out)
{
	bool any = out->reset || out->rotate_keys;

	for (int i = 0; i < KNOB_COUNT; i++)
		any = any || out->set[i];
	if (is_empty(object))
		return ERR_OK;
	if (out->provider == CONTROL_ALL && !out->reset)
		return fault(f, ERR_VALIDATION, "provider", "provider is missing");
	if (!any)
		return fault(f, ERR_VALIDATION, NULL, "the command has no action");
	return ERR_OK;
}

enum err
command_read(struct arena *arena, struct fault *f, const char *const *names,
	     struct json_object *object, struct command *out)
{
	struct command_in in = {.provider = NULL};

	*out = (struct command){.provider = CONTROL_ALL};
	TRY(refuse_unknown(arena, f, object));
	TRY(schema_decode(&command_schema, arena, f, object, &in));
	if (in.provider != NULL) {
		out->provider = text_index(names, in.provider);
		if (out->provider < 0)
			return fault(f, ERR_VALIDATION, "provider",
				     "provider is not a simulated one");
	}
	out->rotate_keys = in.rotate_keys;
	fill(out, &in);
	out->reset = in.reset || is_empty(object);
	return check(f, object, out);
}

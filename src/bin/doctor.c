#include <config.h>

#include "bin/doctor.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/mask.h"
#include "base/word.h"
#include "bin/doctor_checks.h"
#include "json/writer.h"

/* Without what it needs, a check is left out; an earlier one has reported an error. */
enum need {
	NEED_NOTHING,
	NEED_DATABASE, /* a connection as the owner */
	NEED_SCHEMA,   /* and no pending migrations */
};

/* In the order of execution. A name is part of the JSON output, and never changes. */
static const struct check {
	const char *name;
	enum need need;
	void (*run)(struct checkup *c);
} checks[] = {
	{"env_file", NEED_NOTHING, doctor_env_file},
	{"environment", NEED_NOTHING, doctor_environment},
	{"addresses", NEED_NOTHING, doctor_addresses},
	{"origins", NEED_NOTHING, doctor_origins},
	{"sign_in", NEED_NOTHING, doctor_sign_in},
	{"accounts", NEED_NOTHING, doctor_accounts},
	{"rights", NEED_NOTHING, doctor_rights},
	{"keys", NEED_NOTHING, doctor_keys},
	{"database", NEED_NOTHING, doctor_database},
	{"migrations", NEED_NOTHING, doctor_migrations},
	{"pooler", NEED_DATABASE, doctor_pooler},
	{"replica", NEED_DATABASE, doctor_replica},
	{"connections", NEED_DATABASE, doctor_connections},
	{"instance", NEED_SCHEMA, doctor_instance},
	{"mail", NEED_NOTHING, doctor_mail},
	{"disk", NEED_NOTHING, doctor_disk},
	{"certificate", NEED_NOTHING, doctor_certificate},
	{"job_runner", NEED_SCHEMA, doctor_job_runner},
	{"backlog", NEED_SCHEMA, doctor_backlog},
	{"verification", NEED_SCHEMA, doctor_verification},
	{"audit", NEED_SCHEMA, doctor_audit},
	{"seals", NEED_SCHEMA, doctor_seals},
	{"fingerprints", NEED_SCHEMA, doctor_fingerprints},
	{"work", NEED_SCHEMA, doctor_work},
	{"unresolved", NEED_SCHEMA, doctor_unresolved},
	{"users", NEED_SCHEMA, doctor_users},
};

enum { EXIT_ERRORS = 1, EXIT_WARNINGS = 3 };

static const char *const marks[] = {
	[SEVERITY_OK] = "✓", [SEVERITY_WARNING] = "!", [SEVERITY_ERROR] = "✗"};

static bool
has(const struct checkup *c, enum need need)
{
	return need == NEED_NOTHING ||
	       (c->reachable[ROLE_OWNER] && (c->migrated || need != NEED_SCHEMA));
}

static void
run_checks(struct checkup *c)
{
	for (size_t i = 0; i < COUNT(checks); i++) {
		c->check = checks[i].name;
		if (has(c, checks[i].need))
			checks[i].run(c);
	}
}

static enum severity
worst(const struct checkup *c)
{
	enum severity severity = SEVERITY_OK;

	for (const struct finding *f = c->first; f != NULL; f = f->next)
		if (f->severity > severity)
			severity = f->severity;
	return severity;
}

/* A setting as it may be shown. */
static const char *
shown(struct checkup *c, const struct config_row *row)
{
	const void *member = (const char *)c->config + row->offset;

	switch (row->kind) {
	case CONFIG_TEXT:
		return mask_text(c->arena, *(const char *const *)member);
	case CONFIG_SECRET:
		return (*(const char *const *)member)[0] != '\0' ? "(set)" : "(empty)";
	case CONFIG_NUMBER:
		return arena_printf(c->arena, "%lld", (long long)*(const int64_t *)member);
	case CONFIG_FLAG:
		return *(const bool *)member ? "yes" : "no";
	}
	return "";
}

static bool
is_default(const struct config_row *row)
{
	return getenv(row->variable) == NULL; /* NOLINT(concurrency-mt-unsafe): the only thread */
}

static void
print_lines(struct checkup *c)
{
	const struct config_row *row;
	unsigned count[SEVERITY_ERROR + 1] = {0};

	(void)printf("Settings\n");
	for (size_t i = 0; (row = config_row(i)) != NULL; i++)
		(void)printf("  %-28s %s%s\n", row->variable, shown(c, row),
			     is_default(row) ? " (default)" : "");
	(void)printf("\nChecks\n");
	for (const struct finding *f = c->first; f != NULL; f = f->next) {
		(void)printf("%s %s%s%s\n", marks[f->severity], f->text,
			     f->detail[0] != '\0' ? ": " : "", f->detail);
		count[f->severity]++;
	}
	(void)printf("\n%u errors, %u warnings\n", count[SEVERITY_ERROR], count[SEVERITY_WARNING]);
}

static void
print_json(struct checkup *c)
{
	const struct config_row *row;
	struct bytes text;
	struct jw w;

	jw_init(&w, c->arena, 16384);
	jw_object(&w, NULL);
	jw_text(&w, "version", PACKAGE_VERSION);
	jw_text(&w, "status", word_text(severity_words, worst(c)));
	jw_list(&w, "findings");
	for (const struct finding *f = c->first; f != NULL; f = f->next) {
		jw_object(&w, NULL);
		jw_text(&w, "check", f->check);
		jw_text(&w, "severity", word_text(severity_words, f->severity));
		jw_text(&w, "text", f->text);
		jw_text(&w, "detail", f->detail);
		jw_close(&w);
	}
	jw_close(&w);
	jw_list(&w, "settings");
	for (size_t i = 0; (row = config_row(i)) != NULL; i++) {
		jw_object(&w, NULL);
		jw_text(&w, "name", row->variable);
		jw_text(&w, "value", shown(c, row));
		jw_bool(&w, "default", is_default(row));
		jw_close(&w);
	}
	jw_close(&w);
	jw_close(&w);
	if (jw_finish(&w, &text))
		(void)printf("%s\n", (const char *)text.data);
}

int
doctor(const struct config *config, const struct doctor_options *options)
{
	struct checkup *c = checkup_new(config);
	enum severity severity;

	run_checks(c);
	severity = worst(c);
	if (options->json)
		print_json(c);
	else
		print_lines(c);
	checkup_free(c);
	if (severity == SEVERITY_ERROR)
		return EXIT_ERRORS;
	return severity == SEVERITY_WARNING && options->strict ? EXIT_WARNINGS : 0;
}

void
doctor_settings_manual(void)
{
	const struct config_row *row;

	for (size_t i = 0; (row = config_row(i)) != NULL; i++) {
		(void)printf(".It Ev %s\n%c%s.\n", row->variable, toupper(row->help[0]),
			     row->help + 1);
		if (row->kind == CONFIG_NUMBER)
			(void)printf("From %lld to %lld; default %s.\n", (long long)row->least,
				     (long long)row->most, row->fallback);
		else if (row->fallback[0] != '\0')
			(void)printf("Default:\n.Ql %s .\n", row->fallback);
		if (row->live)
			(void)printf("Taken on reload.\n");
	}
}

#include <string.h>

#include "base/arena.h"
#include "base/word.h"
#include "crypto/hmac.h"
#include "ledger/fee.h"
#include "ledger/ledger.h"

/* A number and what follows it, a part without its text, and a posting without its amount. */
enum { NUMBER_MAX = INTEGER_TEXT_MAX + 1, PART_MAX = INTEGER_TEXT_MAX + 2 };
enum { POSTING_MAX = 2 * (PART_MAX + UUID_TEXT_MAX) + NUMBER_MAX };
enum { RULE_MAX = PART_MAX + 4 + 3 * NUMBER_MAX };
enum { CONDITION_MAX = PART_MAX + UUID_TEXT_MAX + 4 * NUMBER_MAX };

static const char version[] = "cowry-1;";
static const char keeps[] = "keeps";
static const char fee_most[] = "fee";

static char *
put_number(char *at, int64_t number)
{
	char buf[INTEGER_TEXT_MAX];

	at = stpcpy(at, integer_text(buf, number));
	return stpcpy(at, ";");
}

/* With its length, so that no two lists of parts have the same text. */
static char *
put_part(char *at, const char *part)
{
	char buf[INTEGER_TEXT_MAX];

	if (part == NULL)
		part = "";
	at = stpcpy(at, integer_text(buf, (int64_t)strlen(part)));
	*at++ = ':';
	at = stpcpy(at, part);
	return stpcpy(at, ";");
}

static size_t
length_of(const char *text)
{
	return text != NULL ? strlen(text) : 0;
}

/* The most bytes that the text of a transaction has. */
static size_t
room_for(const struct ledger_transaction *t)
{
	return sizeof(version) + sizeof(keeps) + sizeof(fee_most) + (size_t)3 * NUMBER_MAX +
	       (size_t)6 * PART_MAX + length_of(word_text(transaction_type_words, t->type)) +
	       length_of(t->currency) + length_of(t->metadata) + UUID_TEXT_MAX +
	       t->count * ((size_t)POSTING_MAX + RULE_MAX) +
	       t->condition_count * (size_t)CONDITION_MAX;
}

static char *
put_rule(char *at, const struct posting_rule *rule)
{
	at = put_part(at, rule->currency);
	at = put_number(at, (int64_t)rule->amount);
	at = put_number(at, rule->share);
	return put_number(at, rule->of);
}

static char *
put_condition(char *at, const struct ledger_condition *condition)
{
	char id[UUID_TEXT_MAX];

	at = put_part(at, uuid_text(id, condition->account));
	at = put_number(at, condition->has_least);
	at = put_number(at, condition->least);
	at = put_number(at, condition->has_sequence);
	return put_number(at, condition->sequence);
}

void
ledger_content(struct ctx *ctx, struct ledger_transaction *t)
{
	char *text = arena_room(ctx->arena, room_for(t));
	char *at = stpcpy(text, version);
	char id[UUID_TEXT_MAX];

	at = put_number(at, t->ledger_id);
	at = put_number(at, t->reverses);
	at = put_part(at, word_text(transaction_type_words, t->type));
	at = put_part(at, t->currency);
	at = put_part(at, t->metadata);
	at = put_part(at, uuid_is_nil(t->hold) ? NULL : uuid_text(id, t->hold));
	if (t->keeps_hold)
		at = put_part(at, keeps);
	if (t->has_fee_most)
		at = put_number(put_part(at, fee_most), t->fee_most);
	for (size_t i = 0; i < t->count; i++) {
		if (fee_is(t, i))
			continue;
		at = put_part(at, uuid_text(id, t->postings[i].from));
		at = put_part(at, uuid_text(id, t->postings[i].to));
		at = put_number(at, t->postings[i].amount);
		if (t->rules != NULL)
			at = put_rule(at, &t->rules[i]);
	}
	for (size_t i = 0; i < t->condition_count; i++)
		at = put_condition(at, &t->conditions[i]);
	sha256(text, (size_t)(at - text), t->content);
}

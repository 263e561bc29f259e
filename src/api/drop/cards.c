/* Cards; each part has a setting, and does not exist while it is off. */
#include "app/wallet/card.h"

#include "api/drop/drop.h"
#include "base/arena.h"
#include "base/config.h"

static bool
cards_on(const struct config *config)
{
	return config->drop_cards;
}

static bool
physical_on(const struct config *config)
{
	return config->drop_cards && config->drop_physical_cards;
}

static bool
pin_on(const struct config *config)
{
	return config->drop_cards && config->drop_card_pin;
}

static bool
limits_on(const struct config *config)
{
	return config->drop_cards && config->drop_spending_limits;
}

static const char *const statuses[] = {"active", "frozen", NULL};

struct shown_card {
	struct card card;
	const char *number;
	const char *cvv;
};

static const struct field card_fields[] = {
	FIELD(struct shown_card, card.drop_id, .name = "id", .required = true,
	      .example = "\"card_0123456789abcdef\""),
	FIELD(struct shown_card, card.type, .name = "type", .choices = card_type_words,
	      .required = true, .doc = "virtual or physical.", .example = "\"virtual\""),
	FIELD(struct shown_card, card.status, .name = "status", .choices = card_status_words,
	      .required = true, .doc = "active, frozen or cancelled.", .example = "\"active\""),
	FIELD(struct shown_card, number, .name = "cardNumber", .required = true,
	      .doc = "Only the last four digits are stored.", .example = "\"---- ---- ---- 1234\""),
	FIELD(struct shown_card, cvv, .name = "cvv", .required = true, .doc = "Not stored.",
	      .example = "\"---\""),
	FIELD(struct shown_card, card.expires, .name = "expiryDate", .required = true,
	      .example = "\"11/29\""),
	FIELD(struct shown_card, card.has_pin, .name = "hasPin", .required = true),
	FIELD(struct shown_card, card.ordered_at, .name = "physicalOrderedAt", .keep_null = true,
	      .doc = "When the physical card was ordered."),
	FIELD(struct shown_card, card.created_at, .name = "createdAt", .required = true),
};

struct card_wish {
	enum card_type type;
};

static const struct field wish_fields[] = {
	FIELD(struct card_wish, type, .name = "type", .choices = card_type_words,
	      .fallback = "virtual", .example = "\"virtual\""),
};

struct card_change {
	enum card_status status;
};

static const struct field change_fields[] = {
	FIELD(struct card_change, status, .name = "status", .required = true, .choices = statuses,
	      .words = card_status_words, .example = "\"frozen\""),
};

struct card_address {
	const char *address;
};

static const struct field address_fields[] = {
	FIELD(struct card_address, address, .name = "address", .required = true,
	      .min = CARD_ADDRESS_MIN, .max = 300, .doc = "HTML is removed.",
	      .example = "\"Storgata 1, 0155 Oslo\""),
};

struct card_pin {
	const char *pin;
	const char *hash; /* set by prepare_pin */
};

static const struct field pin_fields[] = {
	FIELD(struct card_pin, pin, .name = "pin", .required = true, .secret = true,
	      .format = "pin", .example = "\"4821\""),
};

struct limit_wish {
	enum card_limit_type type;
	struct decimal amount;
};

static const struct field limit_wish_fields[] = {
	FIELD(struct limit_wish, type, .name = "limitType", .required = true,
	      .choices = card_limit_type_words, .example = "\"daily\""),
	FIELD(struct limit_wish, amount, .name = "amount", .required = true,
	      .doc = "In NOK, greater than 0.", .example = "2000"),
};

static const struct field limit_fields[] = {
	FIELD(struct card_limit, type, .name = "limitType", .choices = card_limit_type_words,
	      .required = true, .example = "\"daily\""),
	FIELD(struct card_limit, amount, .name = "amount", .required = true, .doc = "In NOK.",
	      .example = "2000"),
	FIELD(struct card_limit, updated_at, .name = "updatedAt", .required = true),
};

static const struct schema card_out = SCHEMA(struct shown_card, "Card", card_fields);
static const struct schema wish_in = SCHEMA(struct card_wish, "CardRequest", wish_fields);
static const struct schema change_in = SCHEMA(struct card_change, "CardChange", change_fields);
static const struct schema address_in = SCHEMA(struct card_address, "CardAddress", address_fields);
static const struct schema pin_in = SCHEMA(struct card_pin, "CardPin", pin_fields);
static const struct schema limit_in =
	SCHEMA(struct limit_wish, "CardLimitRequest", limit_wish_fields);
static const struct schema limit_out = SCHEMA(struct card_limit, "CardLimit", limit_fields);

static void
show(struct call *call, const struct card *card, struct shown_card *out)
{
	*out = (struct shown_card){
		*card, arena_printf(call->ctx.arena, "---- ---- ---- %s", card->last_four), "---"};
}

static enum err
list_cards(struct call *call, const void *in, void *out)
{
	struct shown_card *shown;
	struct page *page = out;
	struct card *cards;
	size_t n;

	(void)in;
	TRY(card_list(&call->ctx, &cards, &n));
	shown = arena_array(call->ctx.arena, n, sizeof(*shown));
	for (size_t i = 0; i < n; i++)
		show(call, &cards[i], &shown[i]);
	page->items = (struct list){shown, n};
	return ERR_OK;
}

static enum err
make_card(struct call *call, const void *in, void *out)
{
	struct card card;

	TRY(card_make(&call->ctx, ((const struct card_wish *)in)->type, &card));
	show(call, &card, out);
	return ERR_OK;
}

static enum err
get_card(struct call *call, const void *in, void *out)
{
	struct card card;

	(void)in;
	TRY(card_get(&call->ctx, call->params[0].text, &card));
	show(call, &card, out);
	return ERR_OK;
}

static enum err
change_card(struct call *call, const void *in, void *out)
{
	struct card card;

	TRY(card_set_status(&call->ctx, call->params[0].text,
			    ((const struct card_change *)in)->status, &card));
	show(call, &card, out);
	return ERR_OK;
}

static enum err
cancel_card(struct call *call, const void *in, void *out)
{
	struct card card;

	(void)in;
	TRY(card_cancel(&call->ctx, call->params[0].text, &card));
	show(call, &card, out);
	return ERR_OK;
}

static enum err
order_card(struct call *call, const void *in, void *out)
{
	struct card card;

	TRY(card_order(&call->ctx, call->params[0].text, ((const struct card_address *)in)->address,
		       &card));
	show(call, &card, out);
	return ERR_OK;
}

static enum err
prepare_pin(struct call *call, void *in)
{
	struct card_pin *pin = in;

	return card_pin_hash(&call->ctx, call->params[0].text, pin->pin, &pin->hash);
}

static enum err
set_pin(struct call *call, const void *in, void *out)
{
	struct card card;

	TRY(card_set_pin(&call->ctx, call->params[0].text, ((const struct card_pin *)in)->hash,
			 &card));
	show(call, &card, out);
	return ERR_OK;
}

static enum err
list_limits(struct call *call, const void *in, void *out)
{
	struct list *items = &((struct page *)out)->items;

	(void)in;
	return card_limits(&call->ctx, call->params[0].text, (struct card_limit **)&items->items,
			   &items->count);
}

static enum err
set_limit(struct call *call, const void *in, void *out)
{
	const struct limit_wish *wish = in;

	return card_set_limit(&call->ctx, call->params[0].text, wish->type, wish->amount, out);
}

enum { PINS_PER_MINUTE = 5 };

const struct route drop_cards[] = {
	{GET, "/api/cards", "List cards", "Excludes cancelled cards.", list_cards, .out = &card_out,
	 .reply.list = true, .allow.enabled = cards_on, .access = ACCESS_COOKIE, .status = 200,
	 .docs.tag = "Cards"},
	{POST, "/api/cards", "Create a card", "At most 10 cards per user.", make_card,
	 .in = &wish_in, .out = &card_out, .allow.enabled = cards_on, .access = ACCESS_COOKIE,
	 .effect = EFFECT_WRITE, .limits.daily = DAILY_CREATIONS, .status = 201,
	 .docs.tag = "Cards"},
	{GET, "/api/cards/{id:word}", "Retrieve a card", NULL, get_card, .out = &card_out,
	 .allow.enabled = cards_on, .access = ACCESS_COOKIE, .status = 200, .docs.tag = "Cards"},
	{PATCH, "/api/cards/{id:word}", "Freeze or unfreeze a card", NULL, change_card,
	 .in = &change_in, .out = &card_out, .allow.enabled = cards_on, .access = ACCESS_COOKIE,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Cards"},
	{DELETE, "/api/cards/{id:word}", "Cancel a card",
	 "Permanent. The card can still be retrieved by its id.", cancel_card, .out = &card_out,
	 .allow.enabled = cards_on, .access = ACCESS_COOKIE, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Cards"},
	{POST, "/api/cards/{id:word}/physical", "Order the physical version of a virtual card",
	 NULL, order_card, .in = &address_in, .out = &card_out, .allow.enabled = physical_on,
	 .access = ACCESS_COOKIE, .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Cards"},
	{POST, "/api/cards/{id:word}/pin", "Set the PIN of a card",
	 "Only a hash is stored, made under a key that is not in the database.", set_pin,
	 .prepare = prepare_pin, .in = &pin_in, .out = &card_out, .allow.enabled = pin_on,
	 .access = ACCESS_COOKIE, .effect = EFFECT_WRITE, .limits.per_user = PINS_PER_MINUTE,
	 .status = 200, .docs.tag = "Cards"},
	{GET, "/api/cards/{id:word}/limits", "List the spending limits of a card", NULL,
	 list_limits, .out = &limit_out, .reply.list = true, .allow.enabled = limits_on,
	 .access = ACCESS_COOKIE, .status = 200, .docs.tag = "Cards"},
	{PUT, "/api/cards/{id:word}/limits", "Set a spending limit of a card",
	 "Replaces the limit of the same type, if there is one.", set_limit, .in = &limit_in,
	 .out = &limit_out, .allow.enabled = limits_on, .access = ACCESS_COOKIE,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Cards"},
	{0},
};

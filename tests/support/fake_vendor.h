/*
 * fake_vendor.h - fake vendors: an HTTP server of the test itself, which sells like them by
 * default; and users who buy there.
 */
#ifndef TESTS_SUPPORT_FAKE_VENDOR_H
#define TESTS_SUPPORT_FAKE_VENDOR_H

#include "tests/support/fake_server.h"
#include "tests/support/money.h"

#define AIRTIME     "FLASH-VODACOM-AIRTIME"
#define ELECTRICITY "FLASH-ELECTRICITY"
#define MOBILE      "+27821234567"
#define METER       "01234567890"
#define BILL        "91234604263339"
#define TOKEN       "12345678901234567890"
#define SHOP_KEY    "key-of-the-platform"

/* Behaviour of the next calls. All zero: normal. */
struct fake_vendor_script {
	enum fake_server_manner manner;
	int status;         /* 0: 200 */
	const char *body;   /* NULL: the default */
	const char *state;  /* of sales; NULL: SUCCESSFUL */
	const char *amount; /* of sales and look-ups; NULL: what was asked for, or not said */
	const char *found;  /* state reported by a look-up; NULL: it does not know the sale */
	/* Called while a sale is in progress, before it is answered. */
	void (*meanwhile)(void *arg);
	void *arg;
};

struct fake_vendor {
	struct fake_server *server;
	struct fake_vendor_script script;
};

/* Start, with the platform's own accounts at all three. */
void fake_vendor_open(struct client *c, struct fake_vendor *vendor);
void fake_vendor_close(struct fake_vendor *vendor);

/* A user with a rand wallet. */
struct buyer {
	struct person person;
	const char *wallet;
};

struct buyer buyer_new(struct client *c, const char *amount);
/* "balance held" of their wallet, in cents. */
const char *buyer_money(struct client *c, const struct buyer *buyer);
#define expect_money(c, buyer, text) assert_string_equal(buyer_money(c, buyer), text)

struct ask ask_to_buy(struct client *c, const struct buyer *buyer, const char *at,
		      const char *product, const char *amount, const char *recipient,
		      const char *reference);
struct answer buy(struct client *c, const struct buyer *buyer, const char *at, const char *product,
		  const char *amount, const char *recipient, const char *reference);
/* Airtime of Flash. */
struct answer buy_airtime(struct client *c, const struct buyer *buyer, const char *amount,
			  const char *reference);
struct answer pay_bill(struct client *c, const struct buyer *buyer, const char *number,
		       const char *amount, const char *reference);
/* GET /api/v1/ and the path. */
struct answer buyer_get(struct client *c, const struct buyer *buyer, const char *path);

/* The latest purchase with a reference. */
struct uuid purchase_id(struct client *c, const char *reference);
const char *purchase_status(struct client *c, const char *reference);
/* Look it up as the job runner does; whether it is settled. */
bool purchase_settled(struct client *c, const char *reference);

#endif

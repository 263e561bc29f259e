#include <config.h>

#include "net/mail.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/text.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/vectors.h"

static int
setup(void **state)
{
	*state = arena_new(4 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct mail
usual(void)
{
	return (struct mail){
		.id = "0190163d-1",
		.to = "ada@example.com",
		.subject = "Your code",
		.body = "Code: 123456\nBye",
		.date = {INT64_C(1769851800123456)},
	};
}

static const char *
compose(void **state, const struct mail *mail)
{
	struct fault f = {0};
	const char *text = NULL;

	assert_int_equal(mail_compose(*state, &f, "cowry@pay.example", mail, &text), ERR_OK);
	return text;
}

static void
composes(void **state)
{
	struct mail mail = usual();

	assert_string_equal(compose(state, &mail), "Date: Sat, 31 Jan 2026 09:30:00 +0000\r\n"
						   "From: <cowry@pay.example>\r\n"
						   "To: <ada@example.com>\r\n"
						   "Subject: Your code\r\n"
						   "Message-ID: <0190163d-1@pay.example>\r\n"
						   "Auto-Submitted: auto-generated\r\n"
						   "MIME-Version: 1.0\r\n"
						   "Content-Type: text/plain; charset=utf-8\r\n"
						   "Content-Transfer-Encoding: 7bit\r\n"
						   "\r\n"
						   "Code: 123456\r\nBye\r\n");
}

static void
ends_lines_with_crlf(void **state)
{
	struct mail mail = usual();
	const char *body;

	mail.body = "a\r\nb\rc\n\nd\n";
	body = strstr(compose(state, &mail), "\r\n\r\n");
	assert_string_equal(body, "\r\n\r\na\r\nb\r\nc\r\n\r\nd\r\n");
	mail.body = "";
	body = strstr(compose(state, &mail), "\r\n\r\n");
	assert_string_equal(body, "\r\n\r\n");
}

static void
encodes_what_is_not_ascii(void **state)
{
	struct mail mail = usual();
	const char *text;

	mail.subject = "Ihr Code f\xC3\xBCr \xE2\x82\xA6";
	mail.body = "gr\xC3\xBC\xC3\x9F";
	text = compose(state, &mail);
	assert_non_null(strstr(text, "Subject: =?utf-8?B?SWhyIENvZGUgZsO8ciDigqY=?=\r\n"));
	assert_non_null(strstr(text, "Content-Transfer-Encoding: 8bit\r\n"));
	assert_non_null(strstr(text, "gr\xC3\xBC\xC3\x9F\r\n"));
	mail.subject = "=?utf-8?B?x?=";
	assert_null(strstr(compose(state, &mail), "Subject: =?utf-8?B?x?="));
}

/* A domain is sent in its DNS form, so that servers without SMTPUTF8 accept it. */
static void
routes_by_domain(void **state)
{
	struct mail mail = usual();

	mail.to = "Ada@b\xC3\xBC"
		  "cher.example";
	assert_non_null(strstr(compose(state, &mail), "\r\nTo: <Ada@xn--bcher-kva.example>\r\n"));
	mail.to = "\xC3\x84"
		  "da@example.com";
	assert_non_null(strstr(compose(state, &mail), "\r\nTo: <\xC3\x84"
						      "da@example.com>\r\n"));
}

/* No line of a message is longer than RFC 5322 allows; headers stay within 78. */
static void
bounds_lines(void **state)
{
	struct mail mail = usual();
	char subject[801] = "";
	char body[5001] = "";
	bool in_headers = true;

	for (int i = 0; i < 200; i++)
		(void)strcat(subject, "\xF0\x9F\x98\x80");
	for (int i = 0; i < 1000; i++)
		(void)strcat(body, "\xE2\x82\xA6 =");
	mail.subject = subject;
	mail.body = body;
	for (const char *line = compose(state, &mail); *line != '\0';) {
		size_t length = strcspn(line, "\r\n");

		assert_true(length <= 78);
		assert_memory_equal(line + length, "\r\n", 2);
		in_headers = in_headers && length > 0;
		line += length + 2;
	}
	assert_false(in_headers);
	assert_non_null(strstr(compose(state, &mail), "quoted-printable\r\n\r\n=E2=82=A6 =3D"));
}

static void
refuses_injection(void **state)
{
	static const char *const addresses[] = {
		"",
		"ada",
		"@example.com",
		"ada@",
		"ada@example.com\r\nBcc: eve@example.com",
		"ada@example.com\n",
		"ada@example.com>",
		"<ada@example.com",
		"ada@example.com, eve@example.com",
		"ada @example.com",
		"\xFF@example.com",
		"ada\x7F@example.com",
		"ada\xC2\x85@example.com",
	};
	static const char *const subjects[] = {"a\r\nBcc: eve@example.com", "a\nb", "a\tb", "\x01",
					       "\xFF"};
	static const char *const ids[] = {"", "../x", "a/b", ".hidden", "a b", "a\nb", "a>"};
	struct fault f = {0};
	const char *text;

	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct mail mail = usual();

		assert_int_equal(mail_compose(*state, &f, addresses[i], &mail, &text),
				 ERR_VALIDATION);
		mail.to = addresses[i];
		assert_int_equal(mail_compose(*state, &f, "a@b", &mail, &text), ERR_VALIDATION);
	}
	for (size_t i = 0; i < COUNT(subjects); i++) {
		struct mail mail = usual();

		mail.subject = subjects[i];
		assert_int_equal(mail_compose(*state, &f, "a@b", &mail, &text), ERR_VALIDATION);
	}
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct mail mail = usual();

		mail.id = ids[i];
		assert_int_equal(mail_compose(*state, &f, "a@b", &mail, &text), ERR_VALIDATION);
	}
}

static void
spools(void **state)
{
	struct config config = {.mail_from = "cowry@pay.example", .smtp_url = ""};
	struct mail mail = usual();
	struct fault f = {0};
	char folder[FOLDER_MAX];
	char path[FOLDER_PATH_MAX];
	size_t length = 0;
	char *text;

	assert_true(folder_make(folder));
	config.mail_dir = folder;
	assert_int_equal(mail_send(*state, &f, &config, &mail), ERR_OK);
	assert_int_equal(mail_send(*state, &f, &config, &mail), ERR_OK);
	text = read_whole(folder_path(path, folder, "0190163d-1.eml"), &length);
	assert_non_null(text);
	assert_string_equal(text, compose(state, &mail));
	free(text);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
	assert_int_equal(mail_send(*state, &f, &config, &mail), ERR_UNAVAILABLE);
	assert_string_equal(f.message, err_message(ERR_UNAVAILABLE));
}

/* Nothing listens on the discard port of this machine. */
static void
tells_that_the_server_is_away(void **state)
{
	struct config config = {.mail_from = "cowry@pay.example", .mail_dir = "/nonexistent"};
	struct mail mail = usual();
	struct fault f = {0};

	config.smtp_user = "";
	config.smtp_password = "";
	config.smtp_ca_file = "";
	config.smtp_url = "smtp://127.0.0.1:9";
	assert_int_equal(mail_send(*state, &f, &config, &mail), ERR_UNAVAILABLE);
	config.smtp_url = "http://127.0.0.1:9";
	assert_int_equal(mail_send(*state, &f, &config, &mail), ERR_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(composes),
		cmocka_unit_test(ends_lines_with_crlf),
		cmocka_unit_test(encodes_what_is_not_ascii),
		cmocka_unit_test(routes_by_domain),
		cmocka_unit_test(bounds_lines),
		cmocka_unit_test(refuses_injection),
		cmocka_unit_test(spools),
		cmocka_unit_test(tells_that_the_server_is_away),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

# What needs no database.
noinst_LIBRARIES += libbase.a

libbase_a_SOURCES = \
	src/base/arena.c src/base/arena.h src/base/attributes.h \
	src/base/clock.c src/base/clock.h \
	src/base/combine.c src/base/combine.h \
	src/base/config.c src/base/config.def src/base/config.h \
	src/base/ctx.h \
	src/base/errors.def src/base/fault.c src/base/fault.h \
	src/base/id.c src/base/id.h \
	src/base/log.c src/base/log.h \
	src/base/currency.def src/base/money.c src/base/money.h \
	src/base/text.c src/base/text.h src/base/encode.c \
	src/json/reader.c src/json/reader.h \
	src/json/strict.c src/json/strict.h \
	src/json/writer.c src/json/writer.h \
	src/crypto/box.c src/crypto/box.h \
	src/crypto/hmac.c src/crypto/hmac.h \
	src/crypto/keyring.c src/crypto/keyring.h \
	src/crypto/password.c src/crypto/password.h src/crypto/common_passwords.def \
	src/crypto/random.c src/crypto/random.h \
	src/crypto/token.c src/crypto/token.h \
	src/net/mail.c src/net/mail.h

LIBBASE_LIBS = $(JSON_LIBS) $(JWT_LIBS) $(CRYPTO_LIBS) $(CURL_LIBS) $(ARGON2_LIBS)

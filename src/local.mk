# Two libraries: what needs no database, and what talks to it.
noinst_LIBRARIES += libbase.a libdb.a

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

nodist_libdb_a_SOURCES = src/db/statements.def
libdb_a_SOURCES = \
	src/db/connect.c src/db/connect.h src/db/connection.c src/db/connection.h \
	src/db/db.c src/db/db.h src/db/migrate.c src/db/migrate.h \
	src/db/param.c src/db/param.h src/db/pool.c src/db/pool.h src/db/result.c src/db/result.h \
	src/db/row.c src/db/row.h \
	src/db/statement.c src/db/statement.h src/db/types.h

LIBBASE_LIBS = $(JSON_LIBS) $(JWT_LIBS) $(CRYPTO_LIBS) $(CURL_LIBS) $(ARGON2_LIBS)
LIBDB_LIBS = $(PQ_LIBS)

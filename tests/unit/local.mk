# One program per module; none of them needs a service.
EXTRA_DIST += tests/cmocka.h tests/folder.h tests/keys.h tests/vectors.h
if CMOCKA
unit_base_tests = \
	tests/unit/arena \
	tests/unit/box \
	tests/unit/clock \
	tests/unit/combine \
	tests/unit/config \
	tests/unit/fault \
	tests/unit/hmac \
	tests/unit/id \
	tests/unit/keyring \
	tests/unit/log \
	tests/unit/mail \
	tests/unit/money \
	tests/unit/password \
	tests/unit/reader \
	tests/unit/strict \
	tests/unit/text \
	tests/unit/token \
	tests/unit/writer
check_PROGRAMS += $(unit_base_tests)
TESTS += $(unit_base_tests)
unit_base_libs = libbase.a $(LIBBASE_LIBS) $(CMOCKA_LIBS)
tests_unit_arena_LDADD = $(unit_base_libs)
tests_unit_box_LDADD = $(unit_base_libs)
tests_unit_clock_LDADD = $(unit_base_libs)
tests_unit_combine_LDADD = $(unit_base_libs)
tests_unit_config_LDADD = $(unit_base_libs)
tests_unit_fault_LDADD = $(unit_base_libs)
tests_unit_hmac_LDADD = $(unit_base_libs)
tests_unit_id_LDADD = $(unit_base_libs)
tests_unit_keyring_LDADD = $(unit_base_libs)
tests_unit_log_LDADD = $(unit_base_libs)
tests_unit_mail_LDADD = $(unit_base_libs)
tests_unit_money_LDADD = $(unit_base_libs)
tests_unit_password_LDADD = $(unit_base_libs)
tests_unit_reader_LDADD = $(unit_base_libs)
tests_unit_strict_LDADD = $(unit_base_libs)
tests_unit_text_LDADD = $(unit_base_libs)
tests_unit_token_LDADD = $(unit_base_libs)
tests_unit_writer_LDADD = $(unit_base_libs)
endif

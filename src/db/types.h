/* types.h - the PostgreSQL types in use, by OID (pg_type.dat; they never change). */
#ifndef DB_TYPES_H
#define DB_TYPES_H

#include <stdint.h>

enum type_oid {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_NAME = 19,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_JSON = 114,
	OID_JSON_ARRAY = 199,
	OID_BOOL_ARRAY = 1000,
	OID_BYTEA_ARRAY = 1001,
	OID_INT2_ARRAY = 1005,
	OID_INT4_ARRAY = 1007,
	OID_TEXT_ARRAY = 1009,
	OID_BPCHAR_ARRAY = 1014,
	OID_INT8_ARRAY = 1016,
	OID_BPCHAR = 1042,
	OID_VARCHAR = 1043,
	OID_TIMESTAMPTZ = 1184,
	OID_TIMESTAMPTZ_ARRAY = 1185,
	OID_NUMERIC = 1700,
	OID_UUID = 2950,
	OID_UUID_ARRAY = 2951,
	OID_JSONB = 3802,
	OID_JSONB_ARRAY = 3807,
};

/* PostgreSQL counts from 2000-01-01, an instant from 1970-01-01. */
#define POSTGRES_EPOCH_US (INT64_C(946684800) * 1000000)

/* The prefix of the text of a jsonb value. */
enum { JSONB_VERSION = 1 };

#endif

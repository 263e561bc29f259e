#include "api/provider_event.h"

struct provider_event {
	const char *event;
	struct json_value data;
};

static const struct field fields[] = {
	FIELD(struct provider_event, event, .name = "event", .required = true,
	      .doc = "What happened, in the provider's words.", .example = "\"charge.success\""),
	FIELD(struct provider_event, data, .name = "data",
	      .doc = "The payment as the provider has it: reference, status, amount, currency.",
	      .example = "{\"reference\":\"dep_2026_001\"}"),
};

const struct schema provider_event = SCHEMA(struct provider_event, "ProviderEvent", fields);

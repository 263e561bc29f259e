#include "api/provider_event.h"

struct provider_event {
	const char *event;
	struct json_value data;
};

static const struct field fields[] = {
	FIELD(struct provider_event, event, .name = "event", .required = true,
	      .doc = "Event type, in the provider's terms.", .example = "\"charge.success\""),
	FIELD(struct provider_event, data, .name = "data",
	      .doc = "The payment at the provider: reference, status, amount, currency.",
	      .example = "{\"reference\":\"dep_2026_001\"}"),
};

const struct schema provider_event = SCHEMA(struct provider_event, "ProviderEvent", fields);

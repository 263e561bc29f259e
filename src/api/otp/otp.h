/* otp.h - the Wallet OTP dialect: its groups of routes. */
#ifndef API_OTP_OTP_H
#define API_OTP_OTP_H

#include "api/dispatch.h"

extern const struct route otp_fundings[];
extern const struct route otp_codes[];
extern const struct route otp_wallet[];

/* The body of a deduction, whose errors have their own messages. */
extern const struct schema otp_deduction;

#endif

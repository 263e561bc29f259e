#include "sandbox/code.h"

#include <string.h>

#include "crypto/random.h"

/* Slightly biased, which is acceptable for names. */
static void
draw(char *out, size_t length, const char *alphabet)
{
	size_t n = strlen(alphabet);

	random_bytes(out, length);
	for (size_t i = 0; i < length; i++)
		out[i] = alphabet[(unsigned char)out[i] % n];
	out[length] = '\0';
}

void
random_code(char *out, size_t length)
{
	draw(out, length, "abcdefghijklmnopqrstuvwxyz0123456789");
}

void
random_digits(char *out, size_t length)
{
	draw(out, length, "0123456789");
	if (out[0] == '0')
		out[0] = '1';
}

void
copy_text(char *out, size_t size, const char *text)
{
	size_t length;

	if (text == NULL)
		text = "";
	length = strlen(text);
	if (length >= size)
		length = size - 1;
	memcpy(out, text, length);
	out[length] = '\0';
}

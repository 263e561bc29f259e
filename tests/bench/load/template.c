#include "tests/bench/load/template.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 8, NUMBER_SIZE = 64 };

enum kind { TEXT, LINE_A, LINE_B, UNIQUE, AGAIN };

/* A piece of the request: a text, or what is put in its place. */
struct piece {
	enum kind kind;
	unsigned field;
	const char *text;
	size_t length;
};

struct line {
	const char *field[FIELDS_MAX];
	size_t length[FIELDS_MAX];
};

struct template
{
	char *source;
	char *listed;
	const char *prefix;
	struct buffer head; /* to be followed by the length of the body */
	struct piece *pieces;
	size_t count;
	size_t body; /* the first piece of the body */
	struct line *lines;
	size_t line_count;
};

static void
add_piece(struct template *template, struct piece piece)
{
	template->pieces =
		realloc(template->pieces, (template->count + 1) * sizeof(*template->pieces));
	if (template->pieces == NULL)
		err(1, "memory");
	template->pieces[template->count++] = piece;
}

/* Whether at begins with a placeholder; *end is behind it. */
static bool
read_placeholder(const char *at, struct piece *piece, const char **end)
{
	static const char names[] = "abn+";
	static const enum kind kinds[] = {LINE_A, LINE_B, UNIQUE, AGAIN};
	const char *name = at[1] == '\0' ? NULL : strchr(names, at[1]);
	const char *rest = at + 2;

	if (name == NULL)
		return false;
	*piece = (struct piece){.kind = kinds[name - names]};
	if (piece->kind <= LINE_B && *rest >= '1' && *rest <= '0' + FIELDS_MAX)
		piece->field = (unsigned)(*rest++ - '1');
	*end = rest + 1;
	return *rest == '@';
}

static void
add_text(struct template *template, const char *begin, const char *end)
{
	if (end > begin)
		add_piece(template, (struct piece){.kind = TEXT,
						   .text = begin,
						   .length = (size_t)(end - begin)});
}

/* The pieces of what is between begin and end. */
static void
split(struct template *template, const char *begin, const char *end)
{
	const char *text = begin;
	const char *behind;
	struct piece piece;

	for (const char *at = begin; at < end; at++)
		if (*at == '@' && read_placeholder(at, &piece, &behind)) {
			add_text(template, text, at);
			add_piece(template, piece);
			text = behind;
			at = behind - 1;
		}
	add_text(template, text, end);
}

/* Each line of the head ends as HTTP wants it. */
static void
split_head(struct template *template, const char *begin, const char *end, const char *host)
{
	for (const char *line = begin; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		if (stop == NULL)
			stop = end;
		split(template, line, stop);
		add_text(template, "\r\n", "\r\n" + 2);
		line = stop + 1;
	}
	buffer_append(&template->head, "Host: ", 6);
	buffer_append(&template->head, host, strlen(host));
	buffer_append(&template->head, "\r\n", 2);
}

static void
read_line(struct line *line, char *text)
{
	for (unsigned i = 0; i < FIELDS_MAX; i++) {
		size_t length = text == NULL ? 0 : strcspn(text, "\t");

		line->field[i] = text == NULL ? "" : text;
		line->length[i] = length;
		if (text != NULL)
			text = text[length] == '\0' ? NULL : text + length + 1;
	}
}

static void
read_list(struct template *template, const char *list)
{
	char *next;

	template->listed = buffer_read_file(list);
	for (char *at = template->listed; *at != '\0'; at = next) {
		size_t length = strcspn(at, "\n");

		next = at + length + (at[length] == '\n');
		at[length] = '\0';
		template->lines = realloc(template->lines,
					  (template->line_count + 1) * sizeof(*template->lines));
		if (template->lines == NULL)
			err(1, "memory");
		read_line(&template->lines[template->line_count++], at);
	}
	if (template->line_count < 2)
		errx(1, "%s: two lines at least", list);
}

struct template *
template_read(const char *file, const char *list, const char *host, const char *prefix)
{
	struct template *template = calloc(1, sizeof(*template));
	const char *body;
	const char *end;

	if (template == NULL)
		err(1, "memory");
	template->source = buffer_read_file(file);
	template->prefix = prefix;
	end = template->source + strlen(template->source);
	body = strstr(template->source, "\n\n");
	split_head(template, template->source, body == NULL ? end : body, host);
	template->body = template->count;
	if (body != NULL)
		split(template, body + 2, end);
	if (list != NULL)
		read_list(template, list);
	for (size_t i = 0; i < template->count; i++)
		if ((template->pieces[i].kind == LINE_A || template->pieces[i].kind == LINE_B) &&
		    template->line_count == 0)
			errx(1, "%s needs --list", file);
	return template;
}

void
template_free(struct template *template)
{
	free(template->source);
	free(template->listed);
	free(template->head.data);
	free(template->pieces);
	free(template->lines);
	free(template);
}

/* xorshift64*: fast, and good enough to choose lines. */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return (x * UINT64_C(2685821657736338717)) >> 16;
}

/* What a request is filled with. */
struct drawn {
	size_t a;
	size_t b;
	char unique[NUMBER_SIZE];
	size_t length;
};

static void
draw_next(const struct template *template, struct draw *draw, struct drawn *drawn)
{
	int length = snprintf(drawn->unique, sizeof(drawn->unique), "%s-%u-%llu", template->prefix,
			      draw->thread, (unsigned long long)++draw->serial);

	drawn->length = length < NUMBER_SIZE ? (size_t)length : NUMBER_SIZE - 1;
	if (template->line_count == 0)
		return;
	drawn->a = next_random(&draw->random) % template->line_count;
	drawn->b = next_random(&draw->random) % (template->line_count - 1);
	drawn->b += drawn->b >= drawn->a;
}

static void
render(const struct template *template, size_t from, size_t to, struct draw *draw,
       struct drawn *drawn, struct buffer *buffer)
{
	for (size_t i = from; i < to; i++) {
		const struct piece *piece = &template->pieces[i];
		const struct line *line;

		switch (piece->kind) {
		case TEXT:
			buffer_append(buffer, piece->text, piece->length);
			break;
		case LINE_A:
		case LINE_B:
			line = &template->lines[piece->kind == LINE_A ? drawn->a : drawn->b];
			buffer_append(buffer, line->field[piece->field],
				      line->length[piece->field]);
			break;
		case UNIQUE:
			buffer_append(buffer, drawn->unique, drawn->length);
			break;
		case AGAIN:
			draw_next(template, draw, drawn);
			break;
		}
	}
}

void
template_render(const struct template *template, struct draw *draw, struct buffer *buffer)
{
	/* The length is known last; its digits are written over these. */
	static const char length_line[] = "Content-Length:         \r\n\r\n";
	struct drawn drawn = {0};
	char digits[16];
	size_t at;
	size_t body;
	int n;

	draw_next(template, draw, &drawn);
	buffer->length = 0;
	render(template, 0, template->body, draw, &drawn, buffer);
	buffer_append(buffer, template->head.data, template->head.length);
	if (template->body == template->count) {
		buffer_append(buffer, "\r\n", 2);
		return;
	}
	at = buffer->length + sizeof("Content-Length:") - 1;
	buffer_append(buffer, length_line, sizeof(length_line) - 1);
	body = buffer->length;
	render(template, template->body, template->count, draw, &drawn, buffer);
	n = snprintf(digits, sizeof(digits), "%8zu", buffer->length - body);
	memcpy(buffer->data + at, digits, (size_t)(n < 9 ? n : 9));
}

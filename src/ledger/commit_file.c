#include <config.h>

#include "ledger/commit_slots.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

/* Of the file and of what its slots mean; another one has another number. */
enum { LAYOUT = 1 };

#define PREFIX "commits-"

enum { HEAD_BYTES = (sizeof(struct head) + 4095) / 4096 * 4096 };

static const size_t file_bytes = HEAD_BYTES + COMMIT_ALL_SLOTS * sizeof(struct slot);

struct commit_message *
slots_message(struct commit_queue *queue, uint32_t slot)
{
	return (struct commit_message *)(void *)queue->slots[slot].message;
}

bool
slots_change(struct commit_queue *queue, uint32_t slot, uint32_t from, uint32_t to)
{
	return atomic_compare_exchange_strong(&queue->head->states[slot], &from, to);
}

void
slots_sleep(_Atomic uint32_t *word, uint32_t value, int64_t most_ms)
{
	struct timespec most = {most_ms / 1000, most_ms % 1000 * 1000000};

	(void)syscall(SYS_futex, word, FUTEX_WAIT, value, &most, NULL, 0);
}

void
slots_wake(_Atomic uint32_t *word)
{
	(void)syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void
slots_notify(struct commit_queue *queue, uint32_t part)
{
	(void)atomic_fetch_add(&queue->head->answers[part], 1);
	slots_wake(&queue->head->answers[part]);
}

/* A new head for the only process that uses the file. */
static bool
begin(int fd)
{
	pthread_mutexattr_t shared;
	struct head *head;
	bool begun;

	if (ftruncate(fd, 0) != 0 || ftruncate(fd, (off_t)file_bytes) != 0 ||
	    posix_fallocate(fd, 0, HEAD_BYTES) != 0)
		return false;
	head = mmap(NULL, HEAD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (head == MAP_FAILED)
		return false;
	(void)pthread_mutexattr_init(&shared);
	(void)pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	(void)pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
	begun = pthread_mutex_init(&head->leader, &shared) == 0;
	(void)pthread_mutexattr_destroy(&shared);
	(void)munmap(head, HEAD_BYTES);
	return begun;
}

/* What a process that ended has left in our slots. */
static void
clear_slots(struct commit_queue *queue)
{
	for (uint32_t i = queue->first; i < queue->first + COMMIT_SLOTS; i++) {
		if (!slots_change(queue, i, SLOT_TAKEN, SLOT_LEFT) &&
		    !slots_change(queue, i, SLOT_FILLING, SLOT_FREE) &&
		    !slots_change(queue, i, SLOT_WAITING, SLOT_FREE))
			(void)slots_change(queue, i, SLOT_ANSWERED, SLOT_FREE);
		/* The leader may have taken it in the meantime. */
		(void)slots_change(queue, i, SLOT_TAKEN, SLOT_LEFT);
	}
}

static bool
take_part(struct commit_queue *queue, char problem[SHARED_FILE_PROBLEM_MAX])
{
	const int64_t bytes = COMMIT_SLOTS * (int64_t)sizeof(struct slot);
	int64_t part = shared_file_take_part(queue->fd);
	uint32_t parts;

	if (part == SHARED_FILE_PARTS) {
		(void)snprintf(problem, SHARED_FILE_PROBLEM_MAX, "%.200s: all %d parts are taken",
			       queue->path, SHARED_FILE_PARTS);
		return false;
	}
	if (!shared_file_allocate(queue->fd, queue->path, HEAD_BYTES + part * bytes, bytes,
				  problem))
		return false;
	queue->first = (uint32_t)part * COMMIT_SLOTS;
	clear_slots(queue);
	parts = atomic_load(&queue->head->parts);
	while (parts <= (uint32_t)part &&
	       !atomic_compare_exchange_weak(&queue->head->parts, &parts, (uint32_t)part + 1))
		;
	return true;
}

static bool
map(struct commit_queue *queue, char problem[SHARED_FILE_PROBLEM_MAX])
{
	const struct shared_file file = {queue->path, PREFIX, 0600, begin};
	void *memory;

	queue->fd = shared_file_open(&file, problem);
	if (queue->fd < 0)
		return false;
	memory = mmap(NULL, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, queue->fd, 0);
	if (memory == MAP_FAILED) {
		(void)snprintf(problem, SHARED_FILE_PROBLEM_MAX, "%.200s: %s", queue->path,
			       strerrordesc_np(errno));
		return false;
	}
	queue->head = memory;
	queue->slots = (struct slot *)(void *)((char *)memory + HEAD_BYTES);
	return take_part(queue, problem);
}

/* The same for programs that understand each other's slots. */
static uint64_t
layout_hash(uint64_t hash)
{
	hash = (hash ^ LAYOUT ^ file_bytes ^ (sizeof(struct ledger_transaction) << 16) ^
		(sizeof(struct fault) << 32)) *
	       TEXT_HASH;
	hash = text_hash(hash, PACKAGE_VERSION);
	for (int i = 0; i < ERR_COUNT; i++)
		hash = text_hash(hash, err_code((enum err)i));
	for (size_t i = TRANSACTION_NONE + 1; transaction_type_words[i] != NULL; i++)
		hash = text_hash(hash, transaction_type_words[i]);
	return hash;
}

static bool
start_receiver(struct commit_queue *queue, char problem[SHARED_FILE_PROBLEM_MAX])
{
	queue->receives = pthread_create(&queue->receiver, NULL, commit_queue_receive, queue) == 0;
	if (!queue->receives)
		(void)snprintf(problem, SHARED_FILE_PROBLEM_MAX, "no thread to receive answers");
	return queue->receives;
}

struct commit_queue *
commit_queue_open(const char *folder, uint64_t identity, char problem[SHARED_FILE_PROBLEM_MAX])
{
	struct commit_queue *queue;

	problem[0] = '\0';
	if (folder[0] == '\0')
		return NULL;
	queue = calloc(1, sizeof(*queue));
	if (queue == NULL)
		return NULL;
	queue->fd = -1;
	(void)pthread_mutex_init(&queue->collecting, NULL);
	(void)snprintf(queue->path, sizeof(queue->path), "%s/" PREFIX "%016" PRIx64, folder,
		       layout_hash(identity));
	if (map(queue, problem) && start_receiver(queue, problem))
		return queue;
	commit_queue_close(queue);
	return NULL;
}

void
commit_queue_close(struct commit_queue *queue)
{
	if (queue == NULL)
		return;
	if (queue->receives) {
		atomic_store(&queue->closing, true);
		slots_notify(queue, queue->first / COMMIT_SLOTS);
		(void)pthread_join(queue->receiver, NULL);
	}
	(void)pthread_mutex_destroy(&queue->collecting);
	if (queue->head != NULL)
		(void)munmap(queue->head, file_bytes);
	if (queue->fd >= 0)
		(void)close(queue->fd);
	free(queue);
}

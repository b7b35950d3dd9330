#ifndef WAYBILL_CSHIMS_H
#define WAYBILL_CSHIMS_H

#include <dirent.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Which way of computing SHA-256 blocks is used. Every way gives the same bytes.
enum {
    WAYBILL_SHA256_PORTABLE = 0,
    WAYBILL_SHA256_AVX2 = 1,
    WAYBILL_SHA256_X86_SHA = 2,
    WAYBILL_SHA256_ARM_SHA = 3,
};

// The fastest way this processor can run; asked of the processor once.
int waybill_sha256_fastest_way(void);

// 1 when this processor can run `way`.
int waybill_sha256_can_run(int way);

// Works `count` blocks of 64 bytes into the eight words of `state` (FIPS 180-4, section 6.2.2).
void waybill_sha256_blocks(uint32_t *state, const uint8_t *blocks, size_t count, int way);

// CRC-32C of more bytes, after those whose CRC is `before` (0 for none); `portable` is the way without the processor's instruction.
uint32_t waybill_crc32c(uint32_t before, const uint8_t *_Nullable bytes, size_t count);
uint32_t waybill_crc32c_portable(uint32_t before, const uint8_t *_Nullable bytes, size_t count);

// Gives a connection of SQLite (sqlite3 *) three functions:
//   row_sum(values …)                 CRC-32C of values of any kind
//   resum(sum, before …, after …)     the sum once some of what it is over are others; NULL stays NULL
//   row_mark(values …)                64 bits of a row, for totals over rows in any order
int waybill_add_row_sums(void *connection);

// What `row_mark` makes of one more value: a number, or the row_sum of a text.
uint64_t waybill_mark(uint64_t before, uint64_t value);

// The system's text for an errno value, written into `buffer` (ended by a zero byte).
void waybill_error_text(int code, char *buffer, size_t size);

// The name of a folder entry; Swift sees the field as a tuple of 256 integers.
const char *waybill_entry_name(const struct dirent *entry);

// open(2) is variadic, which Swift cannot call directly on every libc.
int waybill_open(const char *path, int flags, unsigned mode);

// rename that never replaces: renameat2 with RENAME_NOREPLACE. -1 and errno ENOSYS when the libc or kernel has none.
int waybill_rename_no_replace(const char *from, const char *to);

// The magic number of the file system that holds `path` (statfs(2)), or -1 and errno.
int64_t waybill_file_system_magic(const char *path);

// 1 when anybody has the file open for writing, 0 when nobody has, -1 when that cannot be asked (fcntl(2), F_SETLEASE):
// it takes the file's owner or CAP_LEASE. A lease is taken and given back at once.
int waybill_has_writer(int fd);

// 1 when the kernel's clock is kept by a time service (adjtimex(2)), 0 when not, or when nobody can tell.
int waybill_clock_is_synchronised(void);

// An open file without a name in `folder` (O_TMPFILE), or -1 and errno (EOPNOTSUPP, EISDIR where there is no such thing).
int waybill_open_unnamed(const char *folder, unsigned mode);

// Starts a thread with a stack of its own size; 0, or an errno value.
int waybill_start_thread(unsigned long *thread, size_t stack, void *_Nullable (*_Nonnull body)(void *_Nullable),
                         void *_Nullable argument);

// pthread_cond_wait until a moment of the monotonic clock (nanoseconds); 0, or an errno value.
int waybill_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until);

// Starts the writing of a file's dirty pages (sync_file_range(2)); a hint, whose failure changes nothing.
void waybill_begin_writing(int fd);

// Connects to a name or number of a host, or to the Unix socket whose path `host` is when it begins with a slash, within so
// many milliseconds. A descriptor that does not block, or -1 and errno; `unknown` becomes 1 where nobody knows the host,
// `loopback` where what is sent stays on this machine.
int waybill_connect(const char *host, int port, int64_t milliseconds, int *loopback, int *unknown);

// send(2) that raises no SIGPIPE.
int64_t waybill_send(int fd, const void *_Nullable bytes, size_t count);

// Names the calling thread; at most 15 bytes are kept.
void waybill_name_thread(const char *name);

// Sends a text to the datagram socket at a path (`@` in front: an abstract name), without waiting; -1 and errno where
// that fails.
int waybill_notify(const char *place, const char *text);

// Has malloc keep up to 64 MiB of what is freed, and ask the system alone only for more than 4 MiB at once.
void waybill_keep_freed_memory(void);

// Gives what malloc keeps back to the system.
void waybill_give_back_memory(void);

// inotify(7), non-blocking and closed on exec.
int waybill_inotify_open(void);
int waybill_inotify_watch(int fd, const char *folder);

// eventfd(2), non-blocking and closed on exec.
int waybill_event_open(void);

// signalfd(2): blocks the signals in the calling thread (threads started later inherit that) and returns a
// non-blocking file descriptor that reports them, or -1 and errno.
int waybill_signal_open(const int *signals, size_t count);

// The next signal waiting in the descriptor, 0 when there is none, -1 and errno on failure.
int waybill_signal_next(int fd);

// A pipe whose ends are closed on exec: {read, write}; -1 and errno on failure.
int waybill_pipe(int *ends);

// Starts a program in a folder, with `input` and `output` as its standard ones, a process group of its own, no signal blocked, and
// SIGPIPE and SIGCHLD as usual. `words` and `variables` end with NULL. 0, or an errno value.
int waybill_spawn(int *pid, char *_Nullable const *_Nonnull words, char *_Nullable const *_Nonnull variables, const char *folder, int input,
                  int output);

// Whether a child has ended, or is none; it can still be waited for.
int waybill_has_ended(int pid);

// Ignores SIGPIPE, so that writing to a closed pipe is an error of the write and not the end of the process.
void waybill_ignore_broken_pipe(void);

// Columns of the terminal at `fd`, 0 when it is none or does not say.
int waybill_terminal_width(int fd);

// Lines of the terminal at `fd`, 0 when it is none or does not say.
int waybill_terminal_height(int fd);

// What happens to a call on purpose. All zero: nothing.
typedef struct {
    // An errno value: the call is not made.
    int fails;
    // An errno value: the call is made and its answer lost.
    int seems_to_fail;
    // A write takes half of its bytes.
    int writes_half;
    // The process ends when the call has been made.
    int kills;
} waybill_fault;

enum {
    WAYBILL_CALL_OPEN = 1,
    WAYBILL_CALL_CREATE = 2,
    WAYBILL_CALL_READ = 3,
    WAYBILL_CALL_WRITE = 4,
    WAYBILL_CALL_FSYNC = 5,
    WAYBILL_CALL_FTRUNCATE = 6,
    WAYBILL_CALL_UNLINK = 7,
    WAYBILL_CALL_STAT = 8,
};

// What happens to a call (WAYBILL_CALL_…) on a path; asked before each.
typedef waybill_fault (*waybill_fault_source)(int call, const char *path);

// Has SQLite ask before each of its calls to the file system, from now on and in all connections; only the syncs of connections that
// are open already are made without. To be called once.
void waybill_disturb_sqlite(waybill_fault_source source);

#pragma clang assume_nonnull end

#endif

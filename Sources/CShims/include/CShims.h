#ifndef WAYBILL_CSHIMS_H
#define WAYBILL_CSHIMS_H

#include <dirent.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The ways of computing SHA-256 blocks. All give the same bytes.
enum {
    WAYBILL_SHA256_PORTABLE = 0,
    WAYBILL_SHA256_AVX2 = 1,
    WAYBILL_SHA256_X86_SHA = 2,
    WAYBILL_SHA256_ARM_SHA = 3,
};

// The fastest way on this processor; determined once.
int waybill_sha256_fastest_way(void);

// 1 when this processor can run `way`.
int waybill_sha256_can_run(int way);

// Adds `count` blocks of 64 bytes to the eight words of `state` (FIPS 180-4, section 6.2.2).
void waybill_sha256_blocks(uint32_t *state, const uint8_t *blocks, size_t count, int way);

// CRC-32C of more bytes, continuing from the CRC `before` (0 for none); `portable` does not use the processor's
// instruction.
uint32_t waybill_crc32c(uint32_t before, const uint8_t *_Nullable bytes, size_t count);
uint32_t waybill_crc32c_portable(uint32_t before, const uint8_t *_Nullable bytes, size_t count);

// From now on, connections of SQLite write the pages of a commit into their log by one call instead of two for each page.
void waybill_gather_log_writes(void);

// Adds four functions to a SQLite connection (sqlite3 *):
//   row_sum(values …)                 CRC-32C of values of any kind
//   resum(sum, before …, after …)     the sum after some of its values changed; NULL stays NULL
//   row_mark(values …)                64 bits of a row, for totals over rows in any order
//   has_entry(blob, word)             whether one of the blob's entries of 8 bytes begins with the word (little-endian); 1 if it
//                                     is not made of such entries
int waybill_add_row_sums(void *connection);

// Continues `row_mark` with one more value: a number, or the row_sum of a text.
uint64_t waybill_mark(uint64_t before, uint64_t value);

// Kernels over text: pure functions of the bytes given. They may be called only where `waybill_text_can_run` says 1,
// which on x86-64 asks the processor each time; on ARM they always run.
int waybill_text_can_run(void);

enum {
    WAYBILL_TEXT_CONTROL = 1,
    WAYBILL_TEXT_NOT_UTF8 = 2,
};

// One pass over a text: which of the above is wrong with it (control: C0 but TAB, LF and CR). Of every 64 bytes one
// word goes to `borders`: bit i is set if byte i is not ASCII, a space or lower, and may be the first or last byte of a
// value of CSV, which stands beside a delimiter, a quote, a line end, or an end of the text.
int waybill_text_survey(const uint8_t *text, size_t count, uint8_t delimiter, uint8_t quote, uint64_t *borders);

// Which of 64 bytes are the delimiter, the quote, LF or CR, as bits.
uint64_t waybill_text_marks(const uint8_t *text, uint8_t delimiter, uint8_t quote);

// How far a text is cut: the marks ahead among the 64 bytes from `base` on, and where the next field begins.
typedef struct {
    size_t base;
    uint64_t marks;
    size_t start;
} waybill_text_cut;

// The fields that end with a delimiter, at most so many, up to the next other mark or to where less than 64 bytes are
// left. Returns how many it wrote; each is a word of 64 bits, as `FieldSpan` has it.
size_t waybill_text_fields(
    const uint8_t *text, size_t count, uint8_t delimiter, uint8_t quote, waybill_text_cut *cut, void *fields, size_t most);

enum {
    WAYBILL_TEXT_ADJACENT = 1,
    WAYBILL_TEXT_RAW = 2,
};

// Which of the fields (at most 64 `FieldSpan`s, in the order of the text, of the record at start ..< end) are longer
// than their free length, nested, or have a border, as bits. `form` says whether all are shorter than 255 bytes and begin one
// byte behind the one before (ADJACENT), and whether all lie within the record (RAW); otherwise the bits say nothing.
uint64_t waybill_text_wanted(const void *fields, const int64_t *free_lengths, size_t count, const uint64_t *borders,
                             size_t start, size_t end, int *form);

// Which of the fields (at most 64 `FieldSpan`s, wherever they are) are longer than their free length, nested, or not
// known to have no space at an end, as bits.
uint64_t waybill_text_untrimmed(const void *fields, const int64_t *free_lengths, size_t count);

// How many bytes are enough for `waybill_text_lay_out` of these `FieldSpan`s; 0 if one of them ends behind `readable` bytes.
size_t waybill_text_room(const void *fields, size_t count, size_t readable);

// Writes the values of the fields as a contact has them: each behind its length, which is one byte below 0xFF, or 0xFF and four
// bytes. Returns how many these are. `waybill_text_room` says how many may be written, and that it may be called.
size_t waybill_text_lay_out(const void *fields, size_t count, const uint8_t *text, size_t readable, uint8_t *room);

// One pass over a JSON text, as `waybill_text_survey`; but a character that the text cuts off at its end is no fault. Of every 64
// bytes one word goes to `stops`: bit i is set if byte i is a quotation mark, a backslash or a control character, or behind the text.
// One more word, of ones, follows.
int waybill_text_stops(const uint8_t *text, size_t count, uint64_t *stops);

// A member of most objects of a JSON text: how many bytes stand between the value before it, or the place where the
// object begins, and its own value; the first of them in `leads`; and its place among the fields.
typedef struct {
    uint32_t lead, length, place;
} waybill_text_member;

// Reads the members `first ..< count` of an object from `position` on, as long as they are written like those of most and
// their values are strings without escapes. Each value becomes a `FieldSpan` at its place in `fields`, which must be zero
// until then.
//
// Returns the first member that is otherwise; `position` is then behind the value before it, or at its own value if only
// that is (`is_at_value`). Behind the text must be 32 zero bytes; `stops` is what `waybill_text_stops` found in it. Each lead has
// 1 byte or more, none of them zero, and as many zero bytes behind it as make a multiple of 32.
size_t waybill_text_members(const uint8_t *text, const uint64_t *stops, size_t *position, const uint8_t *leads,
                            const waybill_text_member *members, size_t first, size_t count, void *fields, int *is_at_value);

// 1 if a text is an e-mail address of a plain kind: in ASCII, at most 64 bytes, and without any fault. 0: ask further.
// `readable` says how many bytes are readable from `text` on.
int waybill_text_is_plain_email(const uint8_t *text, size_t count, size_t readable);

// The system's text for an errno value, written into `buffer` (ended by a zero byte).
void waybill_error_text(int code, char *buffer, size_t size);

// The name of a folder entry; Swift sees the field as a tuple of 256 integers.
const char *waybill_entry_name(const struct dirent *entry);

// open(2) is variadic, which Swift cannot call directly on every libc.
int waybill_open(const char *path, int flags, unsigned mode);

// A rename that never replaces: renameat2 with RENAME_NOREPLACE. -1 and errno ENOSYS if the libc or kernel has none.
int waybill_rename_no_replace(const char *from, const char *to);

// The magic number of the path's file system (statfs(2)), or -1 and errno.
int64_t waybill_file_system_magic(const char *path);

typedef struct {
    uint64_t free_blocks;
    uint64_t blocks;
    uint64_t block_size;
    int has_files;
} waybill_room_t;

// How much room the path's file system has for this user (statvfs(3)): 0, or -1 and errno.
int waybill_room(const char *path, waybill_room_t *room);

// 1 if anybody has the file open for writing, 0 if nobody has, -1 if that cannot be asked (fcntl(2), F_SETLEASE): it
// takes the file's owner or CAP_LEASE. A lease is taken and given back at once.
int waybill_has_writer(int fd);

// 1 if a time service keeps the kernel's clock (adjtimex(2)); 0 if not, or if unknown.
int waybill_clock_is_synchronised(void);

// An open file without a name in `folder` (O_TMPFILE), or -1 and errno (EOPNOTSUPP or EISDIR if unsupported).
int waybill_open_unnamed(const char *folder, unsigned mode);

// Whether writes to an open file go past the system's cache from now on (O_DIRECT); 0, or -1 and errno (EINVAL if
// unsupported).
int waybill_set_direct(int descriptor, int is_direct);

// Starts a thread with a stack of the given size; 0, or an errno value.
int waybill_start_thread(unsigned long *thread, size_t stack, void *_Nullable (*_Nonnull body)(void *_Nullable),
                         void *_Nullable argument);

// pthread_cond_wait until a time of the monotonic clock (nanoseconds); 0, or an errno value.
int waybill_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until);

// Starts writing a file's dirty pages (sync_file_range(2)); a hint, whose failure makes no difference.
void waybill_begin_writing(int fd);

// Connects to a host by name or number, or to the Unix socket whose path `host` is if it begins with a slash, within
// the given milliseconds. Returns a non-blocking descriptor, or -1 and errno. Sets `unknown` to 1 if nobody knows the
// host, and `loopback` to 1 if the data stays on this machine.
int waybill_connect(const char *host, int port, int64_t milliseconds, int *loopback, int *unknown);

// send(2) that raises no SIGPIPE.
int64_t waybill_send(int fd, const void *_Nullable bytes, size_t count);

// Names the calling thread; at most 15 bytes are kept.
void waybill_name_thread(const char *name);

// Sends a text to the datagram socket at a path (`@` in front: an abstract name), without waiting; -1 and errno where
// that fails.
int waybill_notify(const char *place, const char *text);

// How many processors the process may run on, at least 1 (sched_getaffinity(2)).
int waybill_processors(void);

// Has malloc keep up to 64 MiB of what is freed, and ask the system alone only for more than 4 MiB at once.
void waybill_keep_freed_memory(void);

// All threads take memory from four places (arenas) at most.
void waybill_share_memory(void);

// Returns what malloc keeps to the system.
void waybill_give_back_memory(void);

// From now on nobody else sees what the calling thread and its children mount (mount_namespaces(7)); -1 and errno
// where that is not allowed.
int waybill_leave_mounts(void);

// inotify(7), non-blocking and closed on exec.
int waybill_inotify_open(void);
int waybill_inotify_watch(int fd, const char *folder);

// eventfd(2), non-blocking and closed on exec.
int waybill_event_open(void);

// signalfd(2): blocks the signals in the calling thread (threads started later inherit that) and returns a
// non-blocking file descriptor that reports them, or -1 and errno.
int waybill_signal_open(const int *signals, size_t count);

// The next pending signal of the descriptor; 0 if there is none, -1 and errno on failure.
int waybill_signal_next(int fd);

// A pipe whose ends are closed on exec: {read, write}; -1 and errno on failure.
int waybill_pipe(int *ends);

// Gives a pipe as little room as the system allows: a page.
void waybill_narrow_pipe(int end);

// Starts a program in a folder, with `input` and `output` as its standard streams, a process group of its own, no
// blocked signals, and the default SIGPIPE and SIGCHLD. `words` and `variables` end with NULL. 0, or an errno value.
int waybill_spawn(int *pid, char *_Nullable const *_Nonnull words, char *_Nullable const *_Nonnull variables, const char *folder, int input,
                  int output);

// Whether a child has ended, or does not exist; it can still be waited for.
int waybill_has_ended(int pid);

// Ignores SIGPIPE, so writing to a closed pipe fails instead of ending the process.
void waybill_ignore_broken_pipe(void);

// For a program that has secrets in memory and hears whatever servers say: no rights beyond those it has, no dump of its
// memory, nobody who traces it, no open files but its input and output, and no messages. It ends when it is told to or
// when its input ends, not by a signal for the whole terminal or service.
void waybill_confine(void);

// Columns of the terminal at `fd`; 0 if it is not a terminal or does not say.
int waybill_terminal_width(int fd);

// Lines of the terminal at `fd`; 0 if it is not a terminal or does not say.
int waybill_terminal_height(int fd);

// A deliberate failure of a call. All zero: none.
typedef struct {
    // An errno value: the call is not made.
    int fails;
    // An errno value: the call is made, but its answer is lost.
    int seems_to_fail;
    // A write takes half of its bytes.
    int writes_half;
    // The process ends after the call was made.
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

// Returns the failure for a call (WAYBILL_CALL_…) on a path; asked before each call.
typedef waybill_fault (*waybill_fault_source)(int call, const char *path);

// Makes SQLite ask before each of its file system calls, from now on and in all connections, except for syncs of
// connections that are already open. Call it once.
void waybill_disturb_sqlite(waybill_fault_source source);

#pragma clang assume_nonnull end

#endif

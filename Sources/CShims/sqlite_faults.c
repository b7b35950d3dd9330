#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// SQLite's file system calls, replaced by calls that ask first (sqlite.org/c3ref/vfs.html, xSetSystemCall). That cannot
// replace fsync: so files are opened through a VFS of our own, which differs only in xSync.

static waybill_fault_source source;

static waybill_fault of_path(int call, const char *path) {
    return source(call, path);
}

static waybill_fault of_descriptor(int call, int fd) {
    char link[32], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    return source(call, path);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

// `made` is the call; `half` the call with half of its bytes, or `made` again if it has no bytes.
#define DISTURBED(fault, made, half)                        \
    ({                                                      \
        waybill_fault f = (fault);                          \
        long result = -1;                                   \
        if (f.fails == 0) {                                 \
            result = (long)(f.writes_half ? (half) : (made)); \
            if (f.kills) die();                             \
        }                                                   \
        int code = f.fails ? f.fails : f.seems_to_fail;     \
        if (code) {                                         \
            result = -1;                                    \
            errno = code;                                   \
        }                                                   \
        result;                                             \
    })

static int (*real_open)(const char *, int, int);
static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static ssize_t (*real_pread64)(int, void *, size_t, off64_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_unlink)(const char *);
static int (*real_stat)(const char *, struct stat *);
static int (*real_fstat)(int, struct stat *);

static size_t half(size_t count) { return count > 1 ? count / 2 : count; }

static int asking_open(const char *path, int flags, int mode) {
    waybill_fault fault = of_path(flags & O_CREAT ? WAYBILL_CALL_CREATE : WAYBILL_CALL_OPEN, path);
    int opened = -1;
    long result = DISTURBED(fault, opened = real_open(path, flags, mode), opened = real_open(path, flags, mode));
    if (result < 0 && opened >= 0) {
        int code = errno;
        close(opened);
        errno = code;
    }
    return (int)result;
}

static ssize_t asking_read(int fd, void *to, size_t count) {
    return DISTURBED(of_descriptor(WAYBILL_CALL_READ, fd), real_read(fd, to, count), real_read(fd, to, count));
}

static ssize_t asking_pread(int fd, void *to, size_t count, off_t at) {
    return DISTURBED(of_descriptor(WAYBILL_CALL_READ, fd), real_pread(fd, to, count, at), real_pread(fd, to, count, at));
}

static ssize_t asking_pread64(int fd, void *to, size_t count, off64_t at) {
    return DISTURBED(of_descriptor(WAYBILL_CALL_READ, fd), real_pread64(fd, to, count, at),
                     real_pread64(fd, to, count, at));
}

static ssize_t asking_write(int fd, const void *from, size_t count) {
    return DISTURBED(of_descriptor(WAYBILL_CALL_WRITE, fd), real_write(fd, from, count),
                     real_write(fd, from, half(count)));
}

static ssize_t asking_pwrite(int fd, const void *from, size_t count, off_t at) {
    return DISTURBED(of_descriptor(WAYBILL_CALL_WRITE, fd), real_pwrite(fd, from, count, at),
                     real_pwrite(fd, from, half(count), at));
}

static ssize_t asking_pwrite64(int fd, const void *from, size_t count, off64_t at) {
    return DISTURBED(of_descriptor(WAYBILL_CALL_WRITE, fd), real_pwrite64(fd, from, count, at),
                     real_pwrite64(fd, from, half(count), at));
}

static int asking_ftruncate(int fd, off_t size) {
    return (int)DISTURBED(of_descriptor(WAYBILL_CALL_FTRUNCATE, fd), real_ftruncate(fd, size), real_ftruncate(fd, size));
}

static int asking_unlink(const char *path) {
    return (int)DISTURBED(of_path(WAYBILL_CALL_UNLINK, path), real_unlink(path), real_unlink(path));
}

static int asking_stat(const char *path, struct stat *found) {
    return (int)DISTURBED(of_path(WAYBILL_CALL_STAT, path), real_stat(path, found), real_stat(path, found));
}

static int asking_fstat(int fd, struct stat *found) {
    return (int)DISTURBED(of_descriptor(WAYBILL_CALL_STAT, fd), real_fstat(fd, found), real_fstat(fd, found));
}

// A call that this build of SQLite lacks is skipped.
#define REPLACE(vfs, name)                                                                      \
    do {                                                                                        \
        sqlite3_syscall_ptr found = vfs->xGetSystemCall(vfs, #name);                            \
        if (found) {                                                                            \
            real_##name = (__typeof__(real_##name))found;                                       \
            vfs->xSetSystemCall(vfs, #name, (sqlite3_syscall_ptr)asking_##name);                \
        }                                                                                       \
    } while (0)

// The usual VFS, and ours: an open file of ours is a usual one, followed by this.
static sqlite3_vfs *usual;
static sqlite3_vfs asking;

typedef struct {
    // SQLite keeps it as long as the file is open.
    const char *path;
    const sqlite3_io_methods *usual;
    // The usual ones, but for our xSync.
    sqlite3_io_methods own;
} asking_file;

static int asking_sync(sqlite3_file *file, int flags) {
    asking_file *asked = (asking_file *)((char *)file + usual->szOsFile);
    int synced = SQLITE_OK;
    long result = DISTURBED(of_path(WAYBILL_CALL_FSYNC, asked->path ? asked->path : ""),
                            (synced = asked->usual->xSync(file, flags)) == SQLITE_OK ? 0 : -1,
                            (synced = asked->usual->xSync(file, flags)) == SQLITE_OK ? 0 : -1);
    return synced != SQLITE_OK ? synced : result < 0 ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int asking_xopen(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *given) {
    (void)vfs;
    int code = usual->xOpen(usual, path, file, flags, given);
    if (file->pMethods == NULL) return code;
    asking_file *asked = (asking_file *)((char *)file + usual->szOsFile);
    *asked = (asking_file){.path = path, .usual = file->pMethods, .own = *file->pMethods};
    asked->own.xSync = asking_sync;
    file->pMethods = &asked->own;
    return code;
}

void waybill_disturb_sqlite(waybill_fault_source asked) {
    source = asked;
    usual = sqlite3_vfs_find(NULL);
    if (usual == NULL) return;
    if (usual->iVersion >= 3) {
        REPLACE(usual, open);
        REPLACE(usual, read);
        REPLACE(usual, pread);
        REPLACE(usual, pread64);
        REPLACE(usual, write);
        REPLACE(usual, pwrite);
        REPLACE(usual, pwrite64);
        REPLACE(usual, ftruncate);
        REPLACE(usual, unlink);
        REPLACE(usual, stat);
        REPLACE(usual, fstat);
    }
    asking = *usual;
    asking.zName = "waybill-asking";
    asking.szOsFile += (int)sizeof(asking_file);
    asking.xOpen = asking_xopen;
    sqlite3_vfs_register(&asking, 1);
}

#include "CShims.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

// SQLite writes its log (WAL) by two calls for each page: 24 bytes of header, then the page. Here the pages of a commit
// are gathered, and written by one call for up to 128 KiB.
//
// Nobody can tell the difference, for nothing is held back that anybody may read: a commit's last page goes to the file
// with all before it, before SQLite makes the commit visible (in shared memory) or syncs it. What is held is written
// before the file is read, synced, cut or measured as well. What a rollback leaves is dropped when the lock for writing
// is given back: the next commit, of whatever connection, takes its place in the file.
//
// The format is that of https://sqlite.org/fileformat2.html#the_write_ahead_log: bytes 4 to 7 of a header are zero but
// for a commit's last page. What does not look like that is written as it comes.

enum {
    HEADER = 24,
    // More than nearly all commits have; longer ones are written in pieces. SQLite cannot write 128 KiB at once.
    ROOM = (128 << 10) - 1,
};

typedef struct log_file log_file;

// Stands behind the usual VFS's own part of an open database.
typedef struct {
    const sqlite3_io_methods *usual;
    sqlite3_io_methods own;
    // The log that this connection writes, while it is open.
    log_file *log;
} database_file;

// The same for an open log.
struct log_file {
    const sqlite3_io_methods *usual;
    sqlite3_io_methods own;
    database_file *database;
    uint8_t *held;
    size_t count;
    // Where in the file that begins.
    sqlite3_int64 start;
    // Where the last write ended; -1 before the first of a transaction.
    sqlite3_int64 end;
    // The last write was a header; it is the one of a commit's last page.
    int is_behind_header, commits;
};

static sqlite3_vfs *usual_vfs;
static sqlite3_vfs gathering;

static void *behind_usual(sqlite3_file *file) { return (char *)file + usual_vfs->szOsFile; }

static int write_held(sqlite3_file *file, log_file *log) {
    if (log->count == 0) return SQLITE_OK;
    int code = log->usual->xWrite(file, log->held, (int)log->count, log->start);
    // Otherwise it is tried again, or dropped with its transaction.
    if (code == SQLITE_OK) log->count = 0;
    return code;
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
    log_file *log = behind_usual(file);
    int is_next = at == log->end;
    // Always, but where what is held could not be written.
    int fits = log->count + (size_t)count <= ROOM;
    int is_header = fits && count == HEADER && (is_next || log->end < 0);
    int is_page = fits && log->is_behind_header && is_next && count > HEADER;
    if (log->held == NULL && is_header) log->held = malloc(ROOM);
    log->end = at + count;
    log->is_behind_header = is_header;
    if (log->held == NULL || !(is_header || is_page)) {
        int code = write_held(file, log);
        return code != SQLITE_OK ? code : log->usual->xWrite(file, bytes, count, at);
    }
    if (log->count == 0) log->start = at;
    memcpy(log->held + log->count, bytes, (size_t)count);
    log->count += (size_t)count;
    if (is_header) log->commits = memcmp((const char *)bytes + 4, "\0\0\0\0", 4) != 0;
    int is_full = log->count + HEADER + (size_t)count > ROOM;
    return is_page && (log->commits || is_full) ? write_held(file, log) : SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
    log_file *log = behind_usual(file);
    int code = write_held(file, log);
    return code != SQLITE_OK ? code : log->usual->xRead(file, bytes, count, at);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    log_file *log = behind_usual(file);
    int code = write_held(file, log);
    return code != SQLITE_OK ? code : log->usual->xTruncate(file, size);
}

static int log_sync(sqlite3_file *file, int flags) {
    log_file *log = behind_usual(file);
    int code = write_held(file, log);
    return code != SQLITE_OK ? code : log->usual->xSync(file, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
    log_file *log = behind_usual(file);
    int code = write_held(file, log);
    return code != SQLITE_OK ? code : log->usual->xFileSize(file, size);
}

static int log_close(sqlite3_file *file) {
    log_file *log = behind_usual(file);
    log->database->log = NULL;
    free(log->held);
    return log->usual->xClose(file);
}

static int database_lock(sqlite3_file *file, int first, int count, int flags) {
    database_file *database = behind_usual(file);
    // The first of SQLite's eight locks in shared memory is the one for writing.
    if (first == 0 && flags == (SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE) && database->log) {
        database->log->count = 0;
        database->log->end = -1;
    }
    return database->usual->xShmLock(file, first, count, flags);
}

static int gathering_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *given) {
    (void)vfs;
    int code = usual_vfs->xOpen(usual_vfs, path, file, flags, given);
    if (code != SQLITE_OK || file->pMethods == NULL) return code;
    if (flags & SQLITE_OPEN_MAIN_DB) {
        database_file *database = behind_usual(file);
        *database = (database_file){.usual = file->pMethods, .own = *file->pMethods};
        if (file->pMethods->iVersion >= 2 && file->pMethods->xShmLock) database->own.xShmLock = database_lock;
        file->pMethods = &database->own;
    } else if (flags & SQLITE_OPEN_WAL && path) {
        database_file *database = behind_usual(sqlite3_database_file_object(path));
        // Without that there is nobody to say that a transaction has ended.
        if (database->own.xShmLock != database_lock) return code;
        log_file *log = behind_usual(file);
        *log = (log_file){.usual = file->pMethods, .own = *file->pMethods, .database = database, .end = -1};
        log->own.xRead = log_read;
        log->own.xWrite = log_write;
        log->own.xTruncate = log_truncate;
        log->own.xSync = log_sync;
        log->own.xFileSize = log_size;
        log->own.xClose = log_close;
        // Pages read through a map would not be asked for here.
        if (log->own.iVersion > 2) log->own.iVersion = 2;
        file->pMethods = &log->own;
        database->log = log;
    }
    return code;
}

static void begin(void) {
    usual_vfs = sqlite3_vfs_find(NULL);
    if (usual_vfs == NULL) return;
    gathering = *usual_vfs;
    gathering.zName = "waybill-gathering";
    size_t added = sizeof(database_file) > sizeof(log_file) ? sizeof(database_file) : sizeof(log_file);
    gathering.szOsFile += (int)added;
    gathering.xOpen = gathering_open;
    sqlite3_vfs_register(&gathering, 1);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

void waybill_gather_log_writes(void) { pthread_once(&once, begin); }

#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <fcntl.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void waybill_error_text(int code, char *buffer, size_t size) {
    if (size == 0) return;
#if defined(__GLIBC__)
    // The GNU form may return a constant text of its own instead of filling the buffer.
    const char *text = strerror_r(code, buffer, size);
    if (text != buffer) snprintf(buffer, size, "%s", text);
#else
    if (strerror_r(code, buffer, size) != 0) snprintf(buffer, size, "unknown error");
#endif
}

const char *waybill_entry_name(const struct dirent *entry) { return entry->d_name; }

int waybill_open(const char *path, int flags, unsigned mode) { return open(path, flags, (mode_t)mode); }

int waybill_rename_no_replace(const char *from, const char *to) {
#ifdef SYS_renameat2
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1u /* RENAME_NOREPLACE */);
#else
    (void)from;
    (void)to;
    errno = ENOSYS;
    return -1;
#endif
}

int64_t waybill_file_system_magic(const char *path) {
    struct statfs info;
    if (statfs(path, &info) != 0) return -1;
    // Some magic numbers have the top bit set and some kernels give a signed word: keep 32 bits.
    return (int64_t)(uint32_t)info.f_type;
}

int waybill_room(const char *path, waybill_room_t *room) {
    struct statvfs info;
    if (statvfs(path, &info) != 0) return -1;
    // What is kept for root is of no use to others.
    room->free_blocks = geteuid() == 0 ? info.f_bfree : info.f_bavail;
    room->blocks = info.f_blocks;
    room->block_size = info.f_frsize;
    // Those that make room for files as they need it say 0 of 0.
    room->has_files = info.f_files == 0 || info.f_favail > 0;
    return 0;
}

int waybill_clock_is_synchronised(void) {
    struct timex state = {0};
    int answer = adjtimex(&state);
    return answer >= 0 && answer != TIME_ERROR && !(state.status & STA_UNSYNC);
}

int waybill_has_writer(int fd) {
    // Anybody who opens the file to write during the lease waits until it is given back, and the kernel signals that to
    // us: by SIGURG, which is ignored by default, since SIGIO would end the process.
    if (fcntl(fd, F_SETSIG, SIGURG) == -1) return -1;
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == -1) return errno == EAGAIN ? 1 : -1;
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return 0;
}

int waybill_open_unnamed(const char *folder, unsigned mode) {
    return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, (mode_t)mode);
}

int waybill_set_direct(int descriptor, int is_direct) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, is_direct ? flags | O_DIRECT : flags & ~O_DIRECT);
}

int waybill_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
    // More processors than the set has bits.
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

void waybill_begin_writing(int fd) {
    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int waybill_start_thread(unsigned long *thread, size_t stack, void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    int failure = pthread_attr_init(&attributes);
    if (failure != 0) return failure;
    pthread_t started;
    failure = pthread_attr_setstacksize(&attributes, stack);
    if (failure == 0) failure = pthread_create(&started, &attributes, body, argument);
    if (failure == 0) *thread = (unsigned long)started;
    pthread_attr_destroy(&attributes);
    return failure;
}

int waybill_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until) {
    struct timespec moment = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &moment);
}

void waybill_name_thread(const char *name) {
    char kept[16];
    snprintf(kept, sizeof kept, "%s", name);
    pthread_setname_np(pthread_self(), kept);
}

void waybill_keep_freed_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

void waybill_share_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, 4);
#endif
}

void waybill_give_back_memory(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

int waybill_leave_mounts(void) {
    if (unshare(CLONE_NEWNS) != 0) return -1;
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

int waybill_event_open(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int waybill_inotify_open(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }

int waybill_inotify_watch(int fd, const char *folder) {
    return inotify_add_watch(fd, folder,
                             IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF |
                                 IN_MOVE_SELF | IN_ONLYDIR);
}

int waybill_signal_open(const int *signals, size_t count) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
    int failure = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (failure != 0) {
        errno = failure;
        return -1;
    }
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int waybill_signal_next(int fd) {
    struct signalfd_siginfo info;
    for (;;) {
        ssize_t got = read(fd, &info, sizeof info);
        if (got == (ssize_t)sizeof info) return (int)info.ssi_signo;
        if (got >= 0) return 0;
        if (errno == EINTR) continue;
        return errno == EAGAIN ? 0 : -1;
    }
}

int waybill_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }
/* The kernel rounds up to a page; where it refuses, the pipe keeps its size. */
void waybill_narrow_pipe(int end) { (void)fcntl(end, F_SETPIPE_SZ, 1); }

/* The kernel kills the program when the thread that starts it ends, and so when this process is killed: that thread
   has to wait for it. What the child does until it is the program: nothing but system calls, since it shares the memory of its parent. */
static int become(char *const *words, char *const *variables, const char *path, char *place, const char *folder,
                  int input, int output, pid_t parent) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigaction(SIGPIPE, &usual, NULL);
    sigaction(SIGCHLD, &usual, NULL);
    // Its number is the parent's still, where that has ended before the call.
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    if (getppid() != parent) return ECHILD;
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0) return errno;
    if (input == 0) fcntl(0, F_SETFD, 0);
    if (output == 1) fcntl(1, F_SETFD, 0);
    if (chdir(folder) != 0) return errno;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (strchr(words[0], '/') != NULL) {
        execve(words[0], words, variables);
        return errno;
    }
    int failure = ENOENT;
    while (*path != '\0') {
        size_t length = strcspn(path, ":");
        char *end = length == 0 ? place : (char *)memcpy(place, path, length) + length;
        if (length > 0) *end++ = '/';
        memcpy(end, words[0], strlen(words[0]) + 1);
        execve(place, words, variables);
        if (errno == EACCES) failure = EACCES;
        else if (errno != ENOENT && errno != ENOTDIR) return errno;
        path += length;
        if (*path == ':') path++;
    }
    return failure;
}

int waybill_spawn(int *pid, char *const *words, char *const *variables, const char *folder, int input, int output) {
    const char *path = getenv("PATH");
    if (path == NULL) path = "/bin:/usr/bin";
    char *place = malloc(strlen(path) + strlen(words[0]) + 2);
    if (place == NULL) return ENOMEM;
    sigset_t all, before;
    sigfillset(&all);
    // No handler of ours may run in the child.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    volatile int failure = 0;
    pid_t child = vfork();
    if (child == 0) {
        failure = become(words, variables, path, place, folder, input, output, parent);
        _exit(127);
    }
    if (child < 0) {
        failure = errno;
    } else if (failure != 0) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(place);
    if (failure == 0) *pid = child;
    return failure;
}

int waybill_has_ended(int pid) {
    siginfo_t info;
    info.si_pid = 0;
    // WNOWAIT: its number and that of its group stay reserved until waitpid.
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) != 0 || info.si_pid != 0;
}

void waybill_ignore_broken_pipe(void) { signal(SIGPIPE, SIG_IGN); }

void waybill_confine(void) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_IGN);
#ifdef SYS_close_range
    syscall(SYS_close_range, 3u, ~0u, 0u);
#endif
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere >= 0) {
        dup2(nowhere, 2);
        close(nowhere);
    }
}

int waybill_terminal_width(int fd) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

int waybill_terminal_height(int fd) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_row;
}

/* A disk that keeps only what was synced: preloaded into a process, it mirrors every file below POWERCUT_DIR
 * into POWERCUT_SHADOW, but a write arrives there only with the next fsync or fdatasync of its file. When the
 * process is killed, the shadow is what a power cut would leave. With POWERCUT_TORN set to a seed, some
 * unsynced writes arrive early and in part, in whole sectors, as on a disk that writes when it likes. While the
 * file POWERCUT_FAULT exists the disk fails: with EIO when syncing, or with ENOSPC when writing, as the file
 * says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define SECTOR_BYTES 512

struct op {
    struct op *next;
    int truncates;
    off_t offset;
    size_t length;
    char bytes[];
};

struct file {
    struct file *next;
    struct op *first, *last;
    char name[PATH_BYTES];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *files;
static unsigned long long random_state;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void start(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    const char *seed = getenv("POWERCUT_TORN");
    random_state = seed ? strtoull(seed, NULL, 10) : 0;
}

/* The name below POWERCUT_DIR, or NULL. The shared-memory index and the lock do not outlive a process. */
static const char *name_below(const char *path) {
    const char *dir = getenv("POWERCUT_DIR");
    size_t length = dir ? strlen(dir) : 0;
    if (!length || strncmp(path, dir, length) || path[length] != '/') return NULL;
    size_t end = strlen(path);
    if (end > 4 && !strcmp(path + end - 4, "-shm")) return NULL;
    if (end > 5 && !strcmp(path + end - 5, ".lock")) return NULL;
    return path + length + 1;
}

/* Call with the lock held. */
static struct file *file_named(const char *name) {
    for (struct file *file = files; file; file = file->next)
        if (!strcmp(file->name, name)) return file;
    struct file *file = calloc(1, sizeof *file);
    snprintf(file->name, sizeof file->name, "%s", name);
    file->next = files;
    return files = file;
}

static struct file *file_of(int fd) {
    char link[64], path[PATH_BYTES];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return NULL;
    path[length] = 0;
    const char *name = name_below(path);
    return name ? file_named(name) : NULL;
}

/* Whether the disk fails now in this way, for this file. */
static int fails(int fd, const char *fault) {
    const char *control = getenv("POWERCUT_FAULT");
    int said = control ? open(control, O_RDONLY | O_CLOEXEC) : -1;
    if (said < 0) return 0;
    char text[16] = {0};
    ssize_t length = read(said, text, sizeof text - 1);
    close(said);
    pthread_mutex_lock(&lock);
    int ours = file_of(fd) != NULL;
    pthread_mutex_unlock(&lock);
    return ours && length > 0 && !strcmp(text, fault);
}

static void shadow_path(const char *name, char *path) {
    snprintf(path, PATH_BYTES, "%s/%.2000s", getenv("POWERCUT_SHADOW"), name);
}

static int shadow_open(const struct file *file) {
    char path[PATH_BYTES];
    shadow_path(file->name, path);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0) abort();
    return fd;
}

static void apply(int fd, const struct op *op, size_t length) {
    if (op->truncates) {
        if (real_ftruncate(fd, op->offset)) abort();
        return;
    }
    if (real_pwrite(fd, op->bytes, length, op->offset) != (ssize_t)length) abort();
}

static void maybe_early(struct file *file, struct op *op) {
    if (!random_state) return;
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    if (random_state % 4 || op->truncates) return;
    size_t sectors = op->length / SECTOR_BYTES + 1;
    size_t length = (random_state / 4 % sectors) * SECTOR_BYTES;
    int fd = shadow_open(file);
    apply(fd, op, length);
    close(fd);
}

static void remember(int fd, int truncates, off_t offset, const void *bytes, size_t length) {
    pthread_mutex_lock(&lock);
    struct file *file = file_of(fd);
    if (file) {
        struct op *op = malloc(sizeof *op + length);
        op->next = NULL;
        op->truncates = truncates;
        op->offset = offset;
        op->length = length;
        if (length) memcpy(op->bytes, bytes, length);
        if (file->last) file->last->next = op; else file->first = op;
        file->last = op;
        maybe_early(file, op);
    }
    pthread_mutex_unlock(&lock);
}

static void forget(struct file *file) {
    while (file->first) {
        struct op *op = file->first;
        file->first = op->next;
        free(op);
    }
    file->last = NULL;
}

static void synced(int fd) {
    pthread_mutex_lock(&lock);
    struct file *file = file_of(fd);
    if (file && file->first) {
        int shadow = shadow_open(file);
        for (struct op *op = file->first; op; op = op->next) apply(shadow, op, op->length);
        close(shadow);
        forget(file);
    }
    pthread_mutex_unlock(&lock);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
    if (fails(fd, "ENOSPC")) { errno = ENOSPC; return -1; }
    ssize_t written = real_pwrite(fd, bytes, length, offset);
    if (written > 0) remember(fd, 0, offset, bytes, (size_t)written);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return pwrite64(fd, bytes, length, offset);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t written = real_write(fd, bytes, length);
    off_t end = lseek(fd, 0, SEEK_CUR);
    if (written > 0 && end >= written) remember(fd, 0, end - written, bytes, (size_t)written);
    return written;
}

int ftruncate64(int fd, off_t length) {
    int result = real_ftruncate(fd, length);
    if (!result) remember(fd, 1, length, NULL, 0);
    return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fsync(int fd) {
    if (fails(fd, "EIO")) { errno = EIO; return -1; }
    int result = real_fsync(fd);
    if (!result) synced(fd);
    return result;
}

int fdatasync(int fd) {
    if (fails(fd, "EIO")) { errno = EIO; return -1; }
    int result = real_fdatasync(fd);
    if (!result) synced(fd);
    return result;
}

int unlink(const char *path) {
    int result = real_unlink(path);
    const char *name = result ? NULL : name_below(path);
    if (name) {
        char shadow[PATH_BYTES];
        pthread_mutex_lock(&lock);
        forget(file_named(name));
        shadow_path(name, shadow);
        real_unlink(shadow);
        pthread_mutex_unlock(&lock);
    }
    return result;
}

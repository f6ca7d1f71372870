/* SPDX-License-Identifier: MIT */
/* libc as the driver sees it: paths and descriptors of the node lead here. */
#include "fakedrm.h"
#include "fence.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define EXPORT    __attribute__((visibility("default")))
#define MAJOR_DRM 226

/* What programs call and glibc's headers do not declare. */
EXPORT int __open_2(const char *p, int flags);
EXPORT int __open64_2(const char *p, int flags);
EXPORT int __xstat(int v, const char *p, struct stat *st);
EXPORT int __xstat64(int v, const char *p, struct stat64 *st);
EXPORT int __lxstat(int v, const char *p, struct stat *st);
EXPORT int __lxstat64(int v, const char *p, struct stat64 *st);
EXPORT int __fxstat(int v, int fd, struct stat *st);
EXPORT int __fxstat64(int v, int fd, struct stat64 *st);
EXPORT int __fxstatat(int v, int d, const char *p, struct stat *st, int fl);
EXPORT int __fxstatat64(int v, int d, const char *p, struct stat64 *st, int fl);
EXPORT ssize_t __readlink_chk(const char *p, char *o, size_t n, size_t m);
EXPORT char *__realpath_chk(const char *p, char *o, size_t n);

static struct dfile *files[MAXFD];
static unsigned char isbuf[MAXFD];
pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static struct dfile *fget(int fd)
{
    return fd >= 0 && fd < MAXFD ? files[fd] : NULL;
}
void fd_is_buffer(int fd)
{
    if (fd >= 0 && fd < MAXFD)
        isbuf[fd] = 1;
}

static const char *redir(const char *p, char *buf)
{
    if (!p || p[0] != '/' || !inited)
        return p;
    if (!strncmp(p, "/dev/dri", 8) || !strncmp(p, "/sys/dev/char/226:", 18) ||
        !strncmp(p, "/sys/class/drm", 14) || !strncmp(p, "/sys/devices/pci0000:00/0000:0", 30)) {
        snprintf(buf, PATH_MAX, "%s%s", root, p);
        return buf;
    }
    return p;
}
static int node(const char *p)
{
    if (!inited || strncmp(p, "/dev/dri/", 9) != 0)
        return 0; /* returns minor + 1 */
    if (!strcmp(p + 9, "renderD129"))
        return getenv("FAKEDRM_SECOND") ? 130 : 0;
    return !strcmp(p + 9, "renderD128") ? 129 : !strcmp(p + 9, "card0") ? 1 : 0;
}
/* A name below an open directory: of ours the one that the fake nodes are in. */
static int node_at(int dirfd, const char *p)
{
    char link[64], dir[PATH_MAX], path[PATH_MAX + 300];
    if (!p || p[0] == '/' || dirfd < 0 ||
        (strncmp(p, "renderD", 7) != 0 && strcmp(p, "card0") != 0))
        return node(p);
    snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
    ssize_t n = syscall(SYS_readlink, link, dir, sizeof dir - 1);
    if (!inited || n < 8 || strncmp(dir, root, strlen(root)) != 0)
        return 0;
    dir[n] = '\0';
    if (strcmp(dir + n - 8, "/dev/dri") != 0)
        return 0;
    snprintf(path, sizeof path, "/dev/dri/%.255s", p);
    return node(path);
}
static void fake_st(struct stat *st, int minor)
{
    memset(st, 0, sizeof *st);
    st->st_mode = S_IFCHR | 0666;
    st->st_rdev = makedev(MAJOR_DRM, (unsigned)minor);
    st->st_nlink = 1;
    st->st_ino = 4242;
    st->st_blksize = 4096;
}
static int do_open(int dirfd, const char *p, int flags, mode_t mode)
{
    char buf[PATH_MAX];
    if (!inited)
        init();
    int nd = node(p);
    if (nd) {
        const char *dead = getenv("FAKEDRM_DEAD");
        if (dead && !strcmp(p + 9, dead)) {
            errno = ENXIO;
            return -1;
        }
        int fd = r_open("/dev/null", O_RDWR | (flags & (O_CLOEXEC | O_NONBLOCK)));
        if (fd >= 0 && fd < MAXFD) {
            struct dfile *f = calloc(1, sizeof *f);
            f->refs = 1;
            f->minor = nd - 1;
            pthread_mutex_lock(&lock);
            files[fd] = f;
            pthread_mutex_unlock(&lock);
        }
        LOG("open %s = %d\n", p, fd);
        return fd;
    }
    return dirfd == AT_FDCWD ? r_open(redir(p, buf), flags, mode)
                             : r_openat(dirfd, redir(p, buf), flags, mode);
}
#define MODE()                                                                                     \
    mode_t mode = 0;                                                                               \
    if (flags & (O_CREAT | __O_TMPFILE)) {                                                         \
        va_list ap;                                                                                \
        va_start(ap, flags);                                                                       \
        mode = va_arg(ap, mode_t);                                                                 \
        va_end(ap);                                                                                \
    }
EXPORT int open(const char *p, int flags, ...)
{
    MODE();
    return do_open(AT_FDCWD, p, flags, mode);
}
EXPORT int open64(const char *p, int flags, ...)
{
    MODE();
    return do_open(AT_FDCWD, p, flags | O_LARGEFILE, mode);
}
EXPORT int openat(int d, const char *p, int flags, ...)
{
    MODE();
    return do_open(d, p, flags, mode);
}
EXPORT int openat64(int d, const char *p, int flags, ...)
{
    MODE();
    return do_open(d, p, flags | O_LARGEFILE, mode);
}
EXPORT int __open_2(const char *p, int flags)
{
    return do_open(AT_FDCWD, p, flags, 0);
}
EXPORT int __open64_2(const char *p, int flags)
{
    return do_open(AT_FDCWD, p, flags, 0);
}
EXPORT FILE *fopen(const char *p, const char *m)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    return r_fopen(redir(p, b), m);
}
EXPORT FILE *fopen64(const char *p, const char *m)
{
    return fopen(p, m);
}

static void drop(int fd)
{
    if (fd < 0 || fd >= MAXFD)
        return;
    pthread_mutex_lock(&lock);
    if (files[fd]) {
        LOG("close %d\n", fd);
        file_put(files[fd]);
        files[fd] = NULL;
    }
    isbuf[fd] = 0;
    pthread_mutex_unlock(&lock);
}
static void copyfd(int o, int n)
{
    if (n < 0 || n >= MAXFD || o < 0 || o >= MAXFD || o == n)
        return;
    pthread_mutex_lock(&lock);
    struct dfile *old = files[n];
    files[n] = files[o];
    if (files[n])
        files[n]->refs++;
    if (old)
        file_put(old);
    isbuf[n] = isbuf[o];
    pthread_mutex_unlock(&lock);
}
EXPORT int close(int fd)
{
    if (!inited)
        init();
    drop(fd);
    return r_close(fd);
}
EXPORT int dup(int fd)
{
    if (!inited)
        init();
    int n = r_dup(fd);
    copyfd(fd, n);
    return n;
}
EXPORT int dup2(int a, int b)
{
    if (!inited)
        init();
    int n = r_dup2(a, b);
    copyfd(a, n);
    return n;
}
EXPORT int dup3(int a, int b, int c)
{
    if (!inited)
        init();
    int n = r_dup3(a, b, c);
    copyfd(a, n);
    return n;
}
EXPORT int fcntl(int fd, int cmd, ...)
{
    va_list ap;
    va_start(ap, cmd);
    void *a = va_arg(ap, void *);
    va_end(ap);
    if (!inited)
        init();
    int r = r_fcntl(fd, cmd, a);
    if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)
        copyfd(fd, r);
    return r;
}
EXPORT int fcntl64(int fd, int cmd, ...)
{
    va_list ap;
    va_start(ap, cmd);
    void *a = va_arg(ap, void *);
    va_end(ap);
    return fcntl(fd, cmd, a);
}
EXPORT int ioctl(int fd, unsigned long req, ...)
{
    va_list ap;
    va_start(ap, req);
    void *a = va_arg(ap, void *);
    va_end(ap);
    if (!inited)
        init();
    struct dfile *f = fget(fd);
    if (f && _IOC_TYPE(req) == DRM_IOCTL_BASE)
        return drm_dispatch(fd, f, req, a);
    if (fd >= 0 && fd < MAXFD && isbuf[fd] && _IOC_TYPE(req) == 'b')
        return 0; /* DMA_BUF_IOCTL_SYNC */
    return r_ioctl(fd, req, a);
}
EXPORT void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
    if (!r_mmap) {
        r_mmap = dlsym(RTLD_NEXT, "mmap");
    }
    if (fget(fd)) {
        uint32_t id = (uint32_t)((uint64_t)off >> 32);
        bool by_gtt = id & MAP_APERTURE;
        void *r = MAP_FAILED;
        if (getenv("FAKEDRM_MMAP")) {
            errno = errno_of(getenv("FAKEDRM_MMAP"));
            return r;
        }
        errno = EINVAL;
        pthread_mutex_lock(&lock);
        id &= ~MAP_APERTURE;
        if (id && id < nbos && bos[id] && bos[id]->fd >= 0) {
            int linear = by_gtt ? fence_fd(bos[id]) : -1;
            r = r_mmap(addr, len, prot, flags, linear >= 0 ? linear : bos[id]->fd,
                       off & 0xffffffff);
        }
        pthread_mutex_unlock(&lock);
        return r;
    }
    return r_mmap(addr, len, prot, flags, fd, off);
}
EXPORT void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
    return mmap(addr, len, prot, flags, fd, off);
}

EXPORT int stat(const char *p, struct stat *st)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    int n = node(p);
    if (n) {
        fake_st(st, n - 1);
        return 0;
    }
    return r_stat(redir(p, b), st);
}
EXPORT int lstat(const char *p, struct stat *st)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    int n = node(p);
    if (n) {
        fake_st(st, n - 1);
        return 0;
    }
    return r_lstat(redir(p, b), st);
}
EXPORT int fstat(int fd, struct stat *st)
{
    if (!inited)
        init();
    if (fget(fd)) {
        fake_st(st, fget(fd)->minor);
        return 0;
    }
    return r_fstat(fd, st);
}
EXPORT int stat64(const char *p, struct stat64 *st)
{
    return stat(p, (struct stat *)st);
}
EXPORT int lstat64(const char *p, struct stat64 *st)
{
    return lstat(p, (struct stat *)st);
}
EXPORT int fstat64(int fd, struct stat64 *st)
{
    return fstat(fd, (struct stat *)st);
}
EXPORT int fstatat(int d, const char *p, struct stat *st, int fl)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    int n = node_at(d, p);
    if (n) {
        fake_st(st, n - 1);
        return 0;
    }
    if (!*p && fget(d)) {
        fake_st(st, fget(d)->minor);
        return 0;
    }
    return r_fstatat(d, redir(p, b), st, fl);
}
EXPORT int fstatat64(int d, const char *p, struct stat64 *st, int fl)
{
    return fstatat(d, p, (struct stat *)st, fl);
}
EXPORT int __xstat(int v, const char *p, struct stat *st)
{
    (void)v;
    return stat(p, st);
}
EXPORT int __xstat64(int v, const char *p, struct stat64 *st)
{
    (void)v;
    return stat(p, (struct stat *)st);
}
EXPORT int __lxstat(int v, const char *p, struct stat *st)
{
    (void)v;
    return lstat(p, st);
}
EXPORT int __lxstat64(int v, const char *p, struct stat64 *st)
{
    (void)v;
    return lstat(p, (struct stat *)st);
}
EXPORT int __fxstat(int v, int fd, struct stat *st)
{
    (void)v;
    return fstat(fd, st);
}
EXPORT int __fxstat64(int v, int fd, struct stat64 *st)
{
    (void)v;
    return fstat(fd, (struct stat *)st);
}
EXPORT int __fxstatat(int v, int d, const char *p, struct stat *st, int fl)
{
    (void)v;
    return fstatat(d, p, st, fl);
}
EXPORT int __fxstatat64(int v, int d, const char *p, struct stat64 *st, int fl)
{
    (void)v;
    return fstatat(d, p, (struct stat *)st, fl);
}
EXPORT int statx(int d, const char *p, int fl, unsigned m, struct statx *sx)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    int n = node_at(d, p);
    if (!n && !*p && fget(d))
        n = fget(d)->minor + 1;
    if (n) {
        memset(sx, 0, sizeof *sx);
        sx->stx_mask = 0x7ff;
        sx->stx_mode = S_IFCHR | 0666;
        sx->stx_rdev_major = 226;
        sx->stx_rdev_minor = (uint32_t)n - 1;
        sx->stx_nlink = 1;
        return 0;
    }
    return r_statx(d, redir(p, b), fl, m, sx);
}
EXPORT int access(const char *p, int m)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    return node(p) ? 0 : r_access(redir(p, b), m);
}
EXPORT int faccessat(int d, const char *p, int m, int fl)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    return node(p) ? 0 : r_faccessat(d, redir(p, b), m, fl);
}
EXPORT DIR *opendir(const char *p)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    return r_opendir(redir(p, b));
}
EXPORT int scandir(const char *p, struct dirent ***l, int (*s)(const struct dirent *),
                   int (*c)(const struct dirent **, const struct dirent **))
{
    char b[PATH_MAX];
    if (!inited)
        init();
    return r_scandir(redir(p, b), l, s, c);
}
EXPORT int scandir64(const char *p, struct dirent64 ***l, int (*s)(const struct dirent64 *),
                     int (*c)(const struct dirent64 **, const struct dirent64 **))
{
    return scandir(p, (struct dirent ***)l, (void *)s, (void *)c);
}
EXPORT ssize_t readlink(const char *p, char *o, size_t n)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    return r_readlink(redir(p, b), o, n);
}
EXPORT ssize_t __readlink_chk(const char *p, char *o, size_t n, size_t m)
{
    (void)m;
    return readlink(p, o, n);
}
/* A path must not betray where the tree is: what is opened by it later has to come here again. */
EXPORT char *realpath(const char *p, char *o)
{
    char b[PATH_MAX];
    if (!inited)
        init();
    char *r = r_realpath(redir(p, b), o);
    size_t n = strlen(root);
    if (r && n && !strncmp(r, root, n) && r[n] == '/')
        memmove(r, r + n, strlen(r + n) + 1);
    return r;
}
EXPORT char *__realpath_chk(const char *p, char *o, size_t n)
{
    (void)n;
    return realpath(p, o);
}

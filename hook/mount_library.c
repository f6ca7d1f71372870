#include "mount_library.h"

#include "exit_status.h"

#include <dlfcn.h>
#include <errno.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* The package depends on libmount1 by name: dpkg-shlibdeps sees only what is linked. */
#define SONAME "libmount.so.1"

#define FUNCTIONS(F)                                                                               \
    F(mnt_new_context)                                                                             \
    F(mnt_free_context)                                                                            \
    F(mnt_context_disable_canonicalize)                                                            \
    F(mnt_context_disable_mtab)                                                                    \
    F(mnt_context_disable_helpers)                                                                 \
    F(mnt_context_set_source)                                                                      \
    F(mnt_context_set_target)                                                                      \
    F(mnt_context_set_mflags)                                                                      \
    F(mnt_context_mount)                                                                           \
    F(mnt_context_syscall_called)                                                                  \
    F(mnt_context_get_syscall_errno)

struct library {
#define FIELD(name) __typeof__(&(name)) name; /* NOLINT(bugprone-macro-parentheses): a field */
    FUNCTIONS(FIELD)
#undef FIELD
};

/* Never unloaded: this process ends soon, and libselinux below it does not like to go. */
static int library_load(struct library *ret, struct err *err)
{
    void *handle = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
    void *address = handle;

#define LOAD(name)                                                                                 \
    address = address ? dlsym(handle, #name) : NULL;                                               \
    memcpy(&ret->name, &address, sizeof(address));
    FUNCTIONS(LOAD)
#undef LOAD
    if (address)
        return 0;
    err_set(err, STATUS_INTERNAL, 0, "load libmount: %s", dlerror());
    err_fix(err, "apt install libmount1");
    return -ENOENT;
}

static int bind_with(const struct library *library, struct libmnt_context *context,
                     const char *source, const char *target)
{
    int r;

    /* The target is a descriptor: nothing may be looked up again, and nothing is written to utab.
     */
    (void)library->mnt_context_disable_canonicalize(context, 1);
    (void)library->mnt_context_disable_mtab(context, 1);
    (void)library->mnt_context_disable_helpers(context, 1);
    r = library->mnt_context_set_source(context, source);
    if (r == 0)
        r = library->mnt_context_set_target(context, target);
    if (r == 0)
        r = library->mnt_context_set_mflags(context, MS_BIND);
    if (r == 0)
        r = library->mnt_context_mount(context);
    if (r == 0)
        return 0;
    return library->mnt_context_syscall_called(context)
               ? library->mnt_context_get_syscall_errno(context)
               : EINVAL;
}

int mount_library_bind(const char *source, int target, struct err *err)
{
    struct library library;
    struct libmnt_context *context;
    char name[32];
    char path[PATH_MAX];
    ssize_t length;
    int error;
    int r = library_load(&library, err);

    if (r < 0)
        return r;
    context = library.mnt_new_context();
    if (!context)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "bind %s", source);
    /*
     * What the descriptor's link leads to: move_mount(2), which libmount uses from 2.39 on, does
     * not follow the link itself. No process of the container runs yet that could exchange it.
     */
    snprintf(name, sizeof(name), "/proc/self/fd/%d", target);
    length = readlink(name, path, sizeof(path) - 1);
    path[length < 0 ? 0 : length] = '\0';
    error = bind_with(&library, context, source, path);
    library.mnt_free_context(context);
    return error ? err_set(err, STATUS_UNSAFE_PATH, error, "bind %s into the container", source)
                 : 0;
}

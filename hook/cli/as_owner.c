/* SPDX-License-Identifier: MIT */
#include "cli/as_owner.h"

#include "base/command.h"
#include "base/text.h"
#include "facts/account.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* sudo where it is installed. Without it the environment is root's, down to where LXC locks. */
static void prefix_add(const struct account *owner, struct text *text)
{
    if (command_is_installed("sudo"))
        text_add(text, "sudo -u '#%u' -H", owner->uid);
    else if (owner->has_name)
        text_add(text, "runuser -u %s -- env -u XDG_RUNTIME_DIR HOME=%s", owner->name, owner->home);
    else
        text_add(text,
                 "setpriv --reuid %u --regid %u --clear-groups env -u XDG_RUNTIME_DIR HOME=%s",
                 owner->uid, owner->gid, owner->home);
}

static bool word_is_plain(const char *word)
{
    if (!word)
        return false;
    word += strspn(word, "-");
    return *word == '\0' || text_is_shell_word(word);
}

/* The words of the command line, as they were given; for attach without its name and the -P. */
static bool words_add(const struct options *options, bool is_attach, struct text *text)
{
    for (int i = 1; i < options->word_count; i++) {
        const char *word = options->words[i];
        bool has_path =
            options->lxcpath && options->lxcpath >= word && options->lxcpath <= word + strlen(word);
        bool is_next = i + 1 < options->word_count && options->lxcpath == options->words[i + 1];
        if (is_attach &&
            (word == options->rest[0] || word == options->rest[1] || has_path || is_next))
            continue;
        if (!word_is_plain(word))
            return false;
        text_add(text, " %s", word);
    }
    return !text->cut;
}

/* Root attaches, and believes of that user's lxc-info nothing but a number. */
static bool attach_add(const struct options *options, const struct account *owner,
                       struct text *text)
{
    text_add(text, "lxc-gpu-hook attach");
    if (!words_add(options, true, text) || !word_is_plain(options->rest[1]) ||
        (options->lxcpath && !word_is_plain(options->lxcpath)))
        return false;
    text_add(text, " --owner %u --pid \"$(", owner->uid);
    prefix_add(owner, text);
    text_add(text, " lxc-info%s%s -n %s -pH)\"", options->lxcpath ? " -P " : "",
             options->lxcpath ? options->lxcpath : "", options->rest[1]);
    return !text->cut;
}

/* The same command by root. */
static void as_root_fix(const struct options *options, struct err *err)
{
    char line[1024] = "sudo lxc-gpu-hook";
    struct text text = {.data = line, .size = sizeof(line), .used = strlen(line)};

    if (words_add(options, false, &text))
        err_fix_lines(err, line);
}

void as_owner_fix(const struct options *options, const struct trust_breach *breach, struct err *err)
{
    char line[1024];
    struct text text = TEXT_ON(line);
    struct account owner;
    struct stat st;
    bool is_whole;

    if (breach->found && breach->owner == 0 && geteuid() != 0 && !err->fix[0])
        as_root_fix(options, err);
    if (!breach->found || breach->owner == 0 || options->rest_count < 2)
        return;
    account_user(breach->owner, breach->owner, &owner);
    /* LXC wants a home that it may write to; who has no name has at least this directory. */
    if (!owner.has_name && (stat(breach->path, &st) < 0 || !S_ISDIR(st.st_mode) ||
                            (size_t)snprintf(owner.home, sizeof(owner.home), "%s", breach->path) >=
                                sizeof(owner.home)))
        return;
    if (!text_is_shell_word(owner.name) || !text_is_shell_word(owner.home))
        return;
    if (text_is_equal(options->rest[0], "attach")) {
        is_whole = attach_add(options, &owner, &text);
    } else {
        prefix_add(&owner, &text);
        text_add(&text, " lxc-gpu-hook");
        is_whole = words_add(options, false, &text);
    }
    if (is_whole)
        err_fix_lines(err, line);
}

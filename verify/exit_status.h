/* SPDX-License-Identifier: MIT */
/* The public exit statuses of gpu-verify: the one place where they are numbered. */
#ifndef VERIFY_EXIT_STATUS_H
#define VERIFY_EXIT_STATUS_H

/* symbol, number, meaning */
#define EXIT_STATUS_TABLE(X)                                                                       \
    X(STATUS_PASS, 0, "pass")                                                                      \
    X(STATUS_INTERNAL, 1, "internal error")                                                        \
    X(STATUS_USAGE, 2, "usage")                                                                    \
    X(STATUS_NO_NODE, 10, "no render node")                                                        \
    X(STATUS_WRONG_KIND, 11, "not the right kind of file")                                         \
    X(STATUS_UNMAPPED, 12, "owner not mapped into this container")                                 \
    X(STATUS_NOT_IN_GROUP, 13, "this user is not in the node's group")                             \
    X(STATUS_CGROUP, 14, "denied by the device cgroup")                                            \
    X(STATUS_NO_KERNEL_DRIVER, 15, "no driver behind the node")                                    \
    X(STATUS_VA_ABSENT, 20, "VA driver or libva not installed")                                    \
    X(STATUS_VA_INIT, 21, "VA driver failed to initialise")                                        \
    X(STATUS_NO_ENCODER, 22, "no H.264 encode entrypoint")                                         \
    X(STATUS_CODEC, 23, "codec or direction not offered")                                          \
    X(STATUS_ENCODE, 30, "encode failed")                                                          \
    X(STATUS_HUNG, 31, "GPU or driver hung")                                                       \
    X(STATUS_CRASHED, 32, "VA driver crashed")                                                     \
    X(STATUS_BITSTREAM, 33, "bitstream broken")                                                    \
    X(STATUS_PICTURE, 34, "decoded picture differs from the source")                               \
    X(STATUS_DECODE, 35, "decode failed")                                                          \
    X(STATUS_SCALE, 36, "scaled or converted picture wrong")

#define EXIT_STATUS_ENUM(symbol, number, meaning) symbol = (number),
enum exit_status { EXIT_STATUS_TABLE(EXIT_STATUS_ENUM) };
#undef EXIT_STATUS_ENUM

#endif

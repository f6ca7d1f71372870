# shellcheck shell=sh
# How a test script ends, when not by its end: ctest takes 77 for a skip.

# fail TEXT: fail_log, when the script has set it, is a file whose contents say more.
fail() {
    echo "FAIL: $*" >&2
    [ ! -s "${fail_log:-}" ] || cat "$fail_log" >&2
    exit 1
}

# skip TEXT: a claim that this machine cannot run the test; TESTS_MUST_RUN=1 does not accept it. rows, when the script has
# set it, are those of the diagnosis that it would have made.
skip() {
    echo "SKIP: $*" >&2
    [ "${TESTS_MUST_RUN:-0}" != 1 ] || exit 1
    # shellcheck disable=SC2154
    for skipped in ${rows:-}; do echo "# row $skipped skipped" | tee -a "${DIAGNOSIS_ROWS:-/dev/null}"; done
    exit 77
}

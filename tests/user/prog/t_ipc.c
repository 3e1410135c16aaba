/* t_ipc.c - endpoints and capabilities: messages, replies, rights, grants, revoking; and what a hostile
 * program tries.
 *
 * Linux has no such calls: there it says so, and is content.
 */
#include "check.h"

#include <signal.h>
#include <triptych/ipc.h>

enum { CAPS_MOST = 64, NEVER = 0x7ffff0 };

static int endpoint;
static long words[IPC_WORDS];

static void set(long a, long b, long c, long d)
{
    words[0] = a;
    words[1] = b;
    words[2] = c;
    words[3] = d;
}

static bool are(long a, long b, long c, long d)
{
    return words[0] == a && words[1] == b && words[2] == c && words[3] == d;
}

/* A child that runs fn, and ends with its answer: 0 is good. */
static pid_t child(int (*fn)(void))
{
    fflush(stdout);
    pid_t pid = patient_fork();
    if (pid == 0)
        _exit(fn());
    return pid;
}

static void pause_ms(int ms)
{
    usleep((unsigned)ms * 1000);
}

/* --- Messages --- */

static int send_two(void)
{
    set(1, -2, 3, -4);
    if (ipc_send(endpoint, IPC_NOTHING, words) != 0)
        return 1;
    set(5, 6, 7, 8);
    return ipc_send(endpoint, IPC_NOTHING, words) == 0 ? 0 : 2;
}

static void check_send(void)
{
    pid_t pid = child(send_two);

    CHECK("receive waits for send", ipc_receive(endpoint, words) == 0 && are(1, -2, 3, -4));
    pause_ms(20);
    CHECK("send waits for receive", ipc_receive(endpoint, words) == 0 && are(5, 6, 7, 8) && reap(pid) == 0);
}

static int call_three(void)
{
    for (int i = 0; i < 3; i++) {
        set(i, i * i, 100, -1);
        if (ipc_call(endpoint, IPC_NOTHING, words) != 0 || !are(i + 1, i * i + 1, 101, 0))
            return 1;
    }
    return 0;
}

static void add_one(void)
{
    for (int i = 0; i < IPC_WORDS; i++)
        words[i]++;
}

static void check_call(void)
{
    pid_t pid = child(call_three);
    bool good = ipc_receive(endpoint, words) == IPC_WANTS_REPLY;

    add_one();
    good &= ipc_reply_receive(endpoint, IPC_NOTHING, words) == IPC_WANTS_REPLY;
    add_one();
    pause_ms(20);
    good &= ipc_reply_receive(endpoint, IPC_NOTHING, words) == IPC_WANTS_REPLY;
    add_one();
    CHECK("calls and replies", good && ipc_reply(IPC_NOTHING, words) == 0 && reap(pid) == 0);
    CHECK("a reply is sent once", FAILS_WITH(ESRCH, ipc_reply(IPC_NOTHING, words)) &&
                                      FAILS_WITH(ESRCH, ipc_reply_receive(endpoint, IPC_NOTHING, words)));
}

static int call_in_vain(void)
{
    return FAILS_WITH(EPIPE, ipc_call(endpoint, IPC_NOTHING, words)) ? 0 : 1;
}

static int take_and_die(void)
{
    return ipc_receive(endpoint, words) == IPC_WANTS_REPLY ? 0 : 1;
}

static void check_no_reply(void)
{
    pid_t caller = child(call_in_vain), server = child(take_and_die);

    CHECK("the server ends and owes a reply", reap(server) == 0 && reap(caller) == 0);
    caller = child(call_in_vain);
    bool good = ipc_receive(endpoint, words) == IPC_WANTS_REPLY;
    pid_t other = child(send_two);
    good &= ipc_receive(endpoint, words) == 0 && ipc_receive(endpoint, words) == 0;
    CHECK("who receives anew gives up its reply", good && reap(other) == 0 && reap(caller) == 0);
}

/* --- Handles and rights --- */

static void check_rights(void)
{
    int sender = ipc_duplicate(endpoint, IPC_SEND),
        receiver = ipc_duplicate(endpoint, IPC_RECEIVE | IPC_DUPLICATE);

    CHECK("a new endpoint has all rights", ipc_rights(endpoint) == IPC_RIGHTS);
    CHECK("a duplicate has those asked for", ipc_rights(sender) == IPC_SEND);
    CHECK("no right to receive", FAILS_WITH(EPERM, ipc_receive(sender, words)));
    CHECK("no right to send", FAILS_WITH(EPERM, ipc_send(receiver, IPC_NOTHING, words)) &&
                                  FAILS_WITH(EPERM, ipc_call(receiver, IPC_NOTHING, words)));
    CHECK("no right to duplicate", FAILS_WITH(EPERM, ipc_duplicate(sender, IPC_SEND)));
    CHECK("no right to revoke", FAILS_WITH(EPERM, ipc_revoke(receiver)));
    CHECK("rights do not grow", FAILS_WITH(EPERM, ipc_duplicate(receiver, IPC_SEND)) &&
                                    FAILS_WITH(EPERM, ipc_duplicate(receiver, IPC_RIGHTS)));
    CHECK("no rights, or none that exist", FAILS_WITH(EINVAL, ipc_duplicate(endpoint, 0)) &&
                                               FAILS_WITH(EINVAL, ipc_duplicate(endpoint, 64 | IPC_SEND)) &&
                                               FAILS_WITH(EINVAL, ipc_duplicate(endpoint, IPC_KEEP)));
    CHECK("a gift that may not be given",
          FAILS_WITH(EPERM, ipc_send(endpoint, IPC_GIFT(sender, IPC_SEND), words)) &&
              FAILS_WITH(EPERM, ipc_send(endpoint, IPC_GIFT(receiver, IPC_RECEIVE), words)) &&
              FAILS_WITH(EBADF, ipc_send(endpoint, IPC_GIFT(NEVER, IPC_SEND), words)));
    CHECK("close",
          ipc_close(sender) == 0 && ipc_close(receiver) == 0 && FAILS_WITH(EBADF, ipc_close(sender)));
}

static void check_forged(void)
{
    int bad[] = { -1, 1, 63, 64, 65, NEVER, 0x7fffffff, -0x7fffffff - 1 };
    bool good = true;

    for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        good &= FAILS_WITH(EBADF, ipc_send(bad[i], IPC_NOTHING, words));
        good &= FAILS_WITH(EBADF, ipc_receive(bad[i], words));
        good &= FAILS_WITH(EBADF, ipc_revoke(bad[i])) && FAILS_WITH(EBADF, ipc_close(bad[i]));
        good &= FAILS_WITH(EBADF, ipc_duplicate(bad[i], IPC_SEND)) && FAILS_WITH(EBADF, ipc_rights(bad[i]));
    }
    CHECK("forged handles", good);
    int old = ipc_duplicate(endpoint, IPC_SEND);
    ipc_close(old);
    int new = ipc_duplicate(endpoint, IPC_SEND);
    CHECK("a handle that was closed stays so", new != old &&FAILS_WITH(EBADF, ipc_rights(old)));
    ipc_close(new);
}

static void check_full(void)
{
    int made = 0, handles[CAPS_MOST];
    bool closed = true;

    while (made < CAPS_MOST && (handles[made] = ipc_duplicate(endpoint, IPC_SEND)) >= 0)
        made++;
    CHECK("a table that is full",
          made == CAPS_MOST - 1 && errno == EMFILE && FAILS_WITH(EMFILE, ipc_create()));
    for (int i = 0; i < made; i++)
        closed &= ipc_close(handles[i]) == 0;
    CHECK("and has room again", closed);
}

/* --- Gifts --- */

static int from_parent, to_parent;

/* Gets a capability, and uses it. It has nothing of that endpoint itself. */
static int use_gift(void)
{
    int got = ipc_receive(endpoint, words);
    if ((got & IPC_HAS_GIFT) == 0)
        return 1;
    int gift = got & IPC_HANDLE;
    if (ipc_rights(gift) != IPC_SEND)
        return 2;
    set(42, 0, 0, 0);
    if (ipc_send(gift, IPC_NOTHING, words) != 0)
        return 3;
    if (ipc_receive(endpoint, words) != 0) /* the parent has revoked it by now */
        return 4;
    return FAILS_WITH(EBADF, ipc_send(gift, IPC_NOTHING, words)) ? 0 : 5;
}

static int fill_and_receive(void)
{
    while (ipc_duplicate(endpoint, IPC_SEND) >= 0)
        continue;
    return ipc_receive(endpoint, words) == IPC_LOST_GIFT && are(9, 8, 7, 6) ? 0 : 1;
}

static void check_gifts(void)
{
    pid_t pid = child(use_gift);
    int secret = ipc_create();

    set(0, 0, 0, 0);
    bool good = ipc_send(endpoint, IPC_GIFT(secret, IPC_SEND), words) == 0;
    good &= ipc_receive(secret, words) == 0 && words[0] == 42;
    CHECK("a capability in a message", good);
    good = ipc_revoke(secret) == 0 && ipc_send(endpoint, IPC_NOTHING, words) == 0;
    CHECK("and taken back", reap(pid) == 0 && good);
    pid = child(fill_and_receive);
    set(9, 8, 7, 6);
    good = ipc_send(endpoint, IPC_GIFT(secret, IPC_SEND), words) == 0;
    CHECK("a gift for which there is no room", reap(pid) == 0 && good);
    ipc_close(secret);
}

/* --- Waiting for somebody who does not come --- */

static int send_until_bad(void)
{
    return FAILS_WITH(EBADF, ipc_send(to_parent, IPC_NOTHING, words)) ? 0 : 1;
}

static int receive_until_pipe(void)
{
    ipc_close(endpoint); /* else it could send to itself */
    return FAILS_WITH(EPIPE, ipc_receive(from_parent, words)) ? 0 : 1;
}

static int send_until_pipe(void)
{
    ipc_close(endpoint);
    return FAILS_WITH(EPIPE, ipc_send(to_parent, IPC_NOTHING, words)) ? 0 : 1;
}

static void check_waiting(void)
{
    to_parent = ipc_duplicate(endpoint, IPC_SEND | IPC_DUPLICATE);
    pid_t pid = child(send_until_bad);
    pause_ms(20);
    CHECK("revoking ends a wait", ipc_revoke(endpoint) == 0 && reap(pid) == 0);
    CHECK("and everything derived",
          FAILS_WITH(EBADF, ipc_rights(to_parent)) && ipc_rights(endpoint) == IPC_RIGHTS);

    int other = ipc_create(), keep = endpoint;
    endpoint = other;
    from_parent = ipc_duplicate(other, IPC_RECEIVE | IPC_DUPLICATE);
    pid = child(receive_until_pipe);
    pause_ms(20);
    CHECK("the last sender goes", ipc_close(other) == 0 && reap(pid) == 0);
    ipc_close(from_parent);

    endpoint = other = ipc_create();
    to_parent = ipc_duplicate(other, IPC_SEND | IPC_DUPLICATE);
    pid = child(send_until_pipe);
    pause_ms(20);
    CHECK("the last receiver goes", ipc_close(other) == 0 && reap(pid) == 0);
    CHECK("nobody to send to", FAILS_WITH(EPIPE, ipc_send(to_parent, IPC_NOTHING, words)));
    ipc_close(to_parent);
    endpoint = keep;
}

static int send_for_ever(void)
{
    return ipc_send(endpoint, IPC_NOTHING, words) == 0 ? 0 : 1;
}

static int call_for_ever(void)
{
    return ipc_call(endpoint, IPC_NOTHING, words) == 0 ? 0 : 1;
}

static void on_signal(int signo)
{
    (void)signo;
}

static int receive_interrupted(void)
{
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

    sigaction(SIGUSR1, &act, NULL);
    return FAILS_WITH(EINTR, ipc_receive(endpoint, words)) ? 0 : 1;
}

static void check_killed(void)
{
    pid_t pid = child(send_for_ever);
    pause_ms(20);
    kill(pid, SIGKILL);
    CHECK("a sender is killed", reap(pid) == 1000 + SIGKILL);

    pid = child(call_for_ever);
    bool good = ipc_receive(endpoint, words) == IPC_WANTS_REPLY;
    kill(pid, SIGKILL);
    CHECK("a caller is killed", good && reap(pid) == 1000 + SIGKILL &&
                                    FAILS_WITH(ESRCH, ipc_reply(IPC_GIFT(endpoint, IPC_SEND), words)));

    pid = child(take_and_die);
    pause_ms(20);
    kill(pid, SIGKILL);
    CHECK("a receiver is killed", reap(pid) == 1000 + SIGKILL);
    pid = child(receive_interrupted);
    pause_ms(20);
    kill(pid, SIGUSR1);
    CHECK("a signal ends a wait", reap(pid) == 0);
    pid = child(send_two); /* nobody of those is in a queue any more */
    CHECK("the endpoint is as before", ipc_receive(endpoint, words) == 0 && are(1, -2, 3, -4) &&
                                           ipc_receive(endpoint, words) == 0 && are(5, 6, 7, 8) &&
                                           reap(pid) == 0);
}

int main(void)
{
    endpoint = ipc_create();
    if (endpoint < 0 && errno == ENOSYS) {
        printf("t_ipc: skipped\n");
        return 0;
    }
    check_forged();
    check_rights();
    check_full();
    check_send();
    check_call();
    check_no_reply();
    check_gifts();
    check_waiting();
    check_killed();
    CHECK("the end", ipc_close(endpoint) == 0 && FAILS_WITH(EBADF, ipc_rights(endpoint)));
    return verdict("t_ipc");
}

/* t_cap.c - capabilities: rights, grants, revoking; and what a hostile program tries. */
#include "messages.h"

enum { CAPS_MOST = 64, NEVER = 0x7ffff0 };

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

int main(void)
{
    if (open_endpoint()) {
        check_forged();
        check_rights();
        check_full();
        check_gifts();
        check_waiting();
        close_endpoint();
    }
    return verdict("t_cap");
}

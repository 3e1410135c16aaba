/* t_ipc.c - endpoints: messages, calls and replies, by the long way and the short one; and their ends. */
#include "messages.h"

#include <signal.h>

static void on_signal(int signo)
{
    (void)signo;
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

/* --- The short way: two who do nothing but talk, on one CPU --- */

enum { ROUNDS = 500, GIFT_AT = 100 };

/* How each of the two rounds is its own: it lies where floating point does, and not in the trap frame. */
#ifdef __i386__
enum { ROUND_SHIFT = 10 };

static void round_by(unsigned mode)
{
    unsigned short word = 0x37f | (unsigned short)(mode << ROUND_SHIFT);

    __asm__ volatile("fldcw %0" : : "m"(word));
}

static unsigned rounds_by(void)
{
    unsigned short word;

    __asm__ volatile("fnstcw %0" : "=m"(word));
    return word >> ROUND_SHIFT & 3;
}
#elif defined(__aarch64__)
enum { ROUND_SHIFT = 22 };

static void round_by(unsigned mode)
{
    __asm__ volatile("msr fpcr, %0" : : "r"((unsigned long)mode << ROUND_SHIFT));
}

static unsigned rounds_by(void)
{
    unsigned long word;

    __asm__ volatile("mrs %0, fpcr" : "=r"(word));
    return word >> ROUND_SHIFT & 3;
}
#else
static void round_by(unsigned mode)
{
    __asm__ volatile("fsrm %0" : : "r"((unsigned long)mode));
}

static unsigned rounds_by(void)
{
    unsigned long mode;

    __asm__ volatile("frrm %0" : "=r"(mode));
    return (unsigned)mode;
}
#endif

static int call_many(void)
{
    int gift = -1, bad = 0; /* it calls on: somebody waits for that */

    round_by(2);
    for (int i = 0; i < ROUNDS; i++) {
        set(i, -i, 3 * i, 7);
        int got = ipc_call(endpoint, IPC_NOTHING, words);
        if ((got & IPC_HAS_GIFT) != 0)
            gift = got & IPC_HANDLE;
        else if (got != 0)
            bad = 1;
        if (!are(i + 1, -i + 1, 3 * i + 1, 8))
            bad = 2;
        if (rounds_by() != 2)
            bad = 3;
    }
    return bad != 0 ? bad : gift >= 0 && ipc_rights(gift) == IPC_SEND ? 0 : 4;
}

static int call_interrupted(void)
{
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

    sigaction(SIGUSR1, &act, NULL);
    for (int i = 0; i < 3; i++) {
        if (ipc_call(endpoint, IPC_NOTHING, words) != 0)
            return 1;
    }
    return FAILS_WITH(EINTR, ipc_call(endpoint, IPC_NOTHING, words)) ? 0 : 2;
}

static void check_many(void)
{
    round_by(1);
    pid_t pid = child(call_many);
    bool good = ipc_receive(endpoint, words) == IPC_WANTS_REPLY;

    for (int i = 0; i < ROUNDS; i++) {
        add_one();
        good &= rounds_by() == 1;
        int gift = i == GIFT_AT ? IPC_GIFT(endpoint, IPC_SEND) : IPC_NOTHING;
        if (i < ROUNDS - 1)
            good &= ipc_reply_receive(endpoint, gift, words) == IPC_WANTS_REPLY;
        else
            good &= ipc_reply(IPC_NOTHING, words) == 0;
    }
    round_by(0);
    CHECK("many calls, and a gift in a reply", good && reap(pid) == 0);
    pid = child(call_interrupted);
    good = ipc_receive(endpoint, words) == IPC_WANTS_REPLY;
    for (int i = 0; i < 3; i++)
        good &= ipc_reply_receive(endpoint, IPC_NOTHING, words) == IPC_WANTS_REPLY;
    kill(pid, SIGUSR1);
    CHECK("a signal ends a call that was taken",
          good && reap(pid) == 0 && FAILS_WITH(ESRCH, ipc_reply(IPC_NOTHING, words)));
}

/* --- Those who wait are killed --- */

static int send_for_ever(void)
{
    return ipc_send(endpoint, IPC_NOTHING, words) == 0 ? 0 : 1;
}

static int call_for_ever(void)
{
    return ipc_call(endpoint, IPC_NOTHING, words) == 0 ? 0 : 1;
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
    if (open_endpoint()) {
        check_send();
        check_call();
        check_many();
        check_no_reply();
        check_killed();
        close_endpoint();
    }
    return verdict("t_ipc");
}

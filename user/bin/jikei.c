/* jikei.c - processes A and B of demo=jikei: jikei A|B CHAPTER [HANDLE].
 *
 * Chapter 6: both yield. 7: both sleep, A for 100 ms, B for 200. 8: A first sends two letters to B, through
 * an endpoint of which A may only send, and B only receive.
 */
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <triptych/ipc.h>
#include <unistd.h>

/* One write each: lines of two processes do not mix. */
static void say(char who, char number)
{
    char line[] = { who, number, '\n' };
    write(STDOUT_FILENO, line, sizeof(line));
}

/* The call returns when B has printed; the second message tells B that A has said its first word. */
static bool send_letters(int endpoint)
{
    long words[IPC_WORDS] = { 'I', 'P' };
    if (ipc_call(endpoint, IPC_NOTHING, words) < 0)
        return false;
    say('A', '1');
    return ipc_send(endpoint, IPC_NOTHING, words) == 0;
}

static bool receive_letters(int endpoint)
{
    long words[IPC_WORDS];
    if (ipc_receive(endpoint, words) != IPC_WANTS_REPLY)
        return false;
    say((char)words[0], (char)words[1]);
    if (ipc_reply_receive(endpoint, IPC_NOTHING, words) != 0)
        return false;
    say('B', '1');
    return true;
}

int main(int argc, char **argv)
{
    char who = argc > 1 ? argv[1][0] : 'A';
    int chapter = argc > 2 ? atoi(argv[2]) : 6;
    if (chapter == 8) {
        int endpoint = argc > 3 ? atoi(argv[3]) : 0;
        if (!(who == 'A' ? send_letters(endpoint) : receive_letters(endpoint)))
            return 1;
    } else {
        say(who, '1');
    }
    if (chapter == 6)
        sched_yield();
    else
        usleep(who == 'A' ? 100000 : 200000);
    say(who, '2');
    return 0;
}

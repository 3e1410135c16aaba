/* processes.c - what takes two processes: turns, pipes, messages, another program. */
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <triptych/ipc.h>
#include <unistd.h>

#include "sysbench.h"

static int there[2], back[2];
static int child, to_call, to_serve;

static void yield_for_ever(void)
{
    for (;;)
        sched_yield();
}

static int start_other(long n)
{
    (void)n;
    child = start_child(yield_for_ever);
    sched_yield(); /* it copies its pages before anything is measured */
    return 0;
}

static void yield(void)
{
    sched_yield();
}

static void end_other(void)
{
    end_child(child);
}

/* Sends back what comes, until the pipe is closed. */
static void echo(void)
{
    char c;

    close(there[1]);
    while (read(there[0], &c, 1) == 1 && write(back[1], &c, 1) == 1)
        continue;
}

static void pipe_round_trip(void)
{
    char c = 0;

    must(write(there[1], &c, 1) == 1 && read(back[0], &c, 1) == 1, "pipe");
}

static int open_pipes(long n)
{
    (void)n;
    must(pipe(there) == 0 && pipe(back) == 0, "pipe");
    child = start_child(echo);
    pipe_round_trip();
    return 0;
}

static void close_pipes(void)
{
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
    must(waitpid(child, NULL, 0) == child, "waitpid");
}

/* Adds one to each word, until nobody can call any more. */
static void serve(void)
{
    long words[IPC_WORDS];

    ipc_close(to_call); /* else it could call itself, and would wait for that */
    for (int got = ipc_receive(to_serve, words); got >= 0;
         got = ipc_reply_receive(to_serve, IPC_NOTHING, words))
        words[0]++;
}

static void call_endpoint(void)
{
    static long words[IPC_WORDS] = { 0, 2, 3, 4 };

    words[0] = 1;
    must(ipc_call(to_call, IPC_NOTHING, words) >= 0 && words[0] == 2, "ipc_call");
}

static int open_endpoint(long n)
{
    int endpoint = ipc_create();

    (void)n;
    if (endpoint < 0 && errno == ENOSYS)
        return -1;
    must(endpoint >= 0, "ipc_create");
    to_call = ipc_duplicate(endpoint, IPC_SEND);
    to_serve = ipc_duplicate(endpoint, IPC_RECEIVE | IPC_DUPLICATE);
    ipc_close(endpoint);
    child = start_child(serve);
    ipc_close(to_serve);
    call_endpoint();
    return 0;
}

static void close_endpoint(void)
{
    ipc_close(to_call);
    must(waitpid(child, NULL, 0) == child, "waitpid");
}

static void exec_true(void)
{
    char name[] = "true";
    char *argv[] = { name, NULL };

    execvp(name, argv);
    _exit(127);
}

static void fork_exec_wait(void)
{
    int status = 1, pid = start_child(exec_true);

    must(waitpid(pid, &status, 0) == pid, "waitpid");
    if (status != 0)
        errx(1, "true: status %#x", status);
}

const struct bench process_benches[] = {
    { "process-switch", yield, start_other, end_other, 2, 2 },
    { "pipe-round-trip", pipe_round_trip, open_pipes, close_pipes, 10, 1 },
    { "endpoint-call", call_endpoint, open_endpoint, close_endpoint, 10, 1 },
    { "fork-exec-wait", fork_exec_wait, NULL, NULL, 200, 1 },
    { 0 },
};

/* ipcbench.c - how long a call through an endpoint takes, there and back: ipcbench [rounds]. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <triptych/ipc.h>
#include <unistd.h>

enum { ROUNDS = 20000, WARM_UP = 100 };

static long long now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Adds one to each word, until nobody can call any more. */
static int serve(int endpoint)
{
    long words[IPC_WORDS];
    int got = ipc_receive(endpoint, words);

    while (got >= 0) {
        for (int i = 0; i < IPC_WORDS; i++)
            words[i]++;
        got = ipc_reply_receive(endpoint, IPC_NOTHING, words);
    }
    return 0;
}

static void call(int endpoint, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        long words[IPC_WORDS] = { i, i + 1, i + 2, i + 3 };
        if (ipc_call(endpoint, IPC_NOTHING, words) < 0)
            err(1, "ipc_call");
        for (int w = 0; w < IPC_WORDS; w++) {
            if (words[w] != i + w + 1)
                errx(1, "round %ld: word %d is %ld", i, w, words[w]);
        }
    }
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : ROUNDS;
    int endpoint = ipc_create();
    if (endpoint < 0)
        err(1, "ipc_create");
    int to_call = ipc_duplicate(endpoint, IPC_SEND),
        to_serve = ipc_duplicate(endpoint, IPC_RECEIVE | IPC_DUPLICATE);
    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        ipc_close(endpoint); /* else it could call itself, and would wait for that */
        return serve(to_serve);
    }
    call(to_call, WARM_UP);
    long long start = now();
    call(to_call, rounds);
    long long end = now();
    ipc_close(to_call);
    ipc_close(endpoint);
    waitpid(pid, NULL, 0);
    printf("ipcbench: %ld rounds, %lu ns each\n", rounds,
           (unsigned long)(end - start) / (unsigned long)rounds);
    return 0;
}

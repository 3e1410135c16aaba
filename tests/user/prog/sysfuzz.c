/* sysfuzz.c - random system calls: sysfuzz [-s SEED] [-n CALLS] [-p AT A TIME] [-c CALLS OF A CHILD].
 *
 * Rounds of children make calls of the whole list, with arguments that are often of the kind that the call
 * expects; among them are threads, forks, and programs that go on with calls. Who makes no progress gets
 * SIGALRM, then SIGKILL. After each round all processes and files of the round go. In the end the kernel must
 * have everything back. With -x SEED one child's calls are made at once, by the program itself.
 */
#include "sysfuzz.h"

#include "account.h"

#include <err.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { PARALLEL_MOST = 16, TURNS = 8, CLEAN_TRIES = 50 };
enum { LOOK_MS = 2, POKE_AFTER = 2, KILL_AFTER = 25 }; /* the last two in looks */
enum { CALLS = 1000, CHILDREN, KILLED };               /* words of fuzz_progress */

static const char *const places[] = { "/tmp", "/", "/dev", "/bin", "/test", "/proc" };

static unsigned children, killed;

struct wish {
    unsigned seed, calls, parallel, each;
};

/* Everything whose name begins with fz. False: there was no memory to look, or something is left. */
static bool remove_files(const char *folder, bool all)
{
    struct dirent *d;
    char path[512];
    DIR *dir = opendir(folder);
    bool done = dir != NULL || errno != ENOMEM;

    while (dir != NULL && (errno = 0, d = readdir(dir)) != NULL) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
            (!all && strncmp(d->d_name, "fz", 2) != 0))
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
        if (unlink(path) == 0)
            continue;
        done &= remove_files(path, true);
        done &= rmdir(path) == 0;
    }
    if (dir != NULL) {
        done &= errno == 0;
        closedir(dir);
    }
    return done;
}

/* A shortage of memory passes. */
static void clean(const struct account *before)
{
    bool done = false;

    while (account_kill_others(before) > 0)
        account_sleep(1);
    for (int tries = 0; tries < CLEAN_TRIES && !done; tries++) {
        done = true;
        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
            done &= remove_files(places[i], false);
    }
}

/* A place of a round, where one child follows the other. */
struct place {
    pid_t pid; /* 0: the child has ended, or there was no memory for it */
    unsigned turns, calls, idle;
};

static void start_child(struct place *p, unsigned seed, unsigned calls, unsigned slot)
{
    p->idle = 0;
    p->turns--;
    p->pid = fork();
    if (p->pid == 0) {
        fuzz_begin(seed, &fuzz_progress[slot]);
        fuzz_calls(seed, calls);
        _exit(0);
    }
    if (p->pid < 0)
        p->pid = 0;
    else
        children++;
}

static bool has_ended(struct place *p)
{
    return p->pid == 0 || waitpid(p->pid, NULL, WNOHANG) != 0;
}

/* Who is alive, but makes no progress, hears of it. */
static void watch(struct place *p, unsigned slot)
{
    unsigned now = atomic_load(&fuzz_progress[slot]);

    p->idle = now == p->calls ? p->idle + 1 : 0;
    p->calls = now;
    if (p->idle == KILL_AFTER)
        killed++;
    if (p->idle >= KILL_AFTER)
        kill(p->pid, SIGKILL);
    else if (p->idle >= POKE_AFTER)
        kill(p->pid, SIGALRM);
}

/* Each place has its turns, whose seeds do not depend on who is faster. Returns how many calls were made. */
static unsigned round_of(const struct wish *w, unsigned seed, const struct account *before)
{
    struct place place[PARALLEL_MOST];
    unsigned calls = 0;

    if (mkdir(FUZZ_PLACE, 0777) < 0 && errno != EEXIST && errno != ENOMEM)
        warn("%s", FUZZ_PLACE);
    for (unsigned i = 0; i < w->parallel; i++) {
        atomic_store(&fuzz_progress[i], 0);
        place[i] = (struct place){ .turns = TURNS };
    }
    for (bool ended = false; !ended; account_sleep(LOOK_MS)) {
        ended = true;
        for (unsigned i = 0; i < w->parallel; i++) {
            struct place *p = &place[i];
            if (!has_ended(p))
                watch(p, i);
            else if (p->turns == 0)
                continue;
            else
                start_child(p, seed + i * TURNS + p->turns - 1, w->each, i);
            ended = false;
        }
    }
    for (unsigned i = 0; i < w->parallel; i++)
        calls += atomic_load(&fuzz_progress[i]);
    clean(before);
    return calls;
}

/* A process of its own, whose memory comes back with the rest. Counts in the last words of what is shared. */
static _Noreturn void all_rounds(const struct wish *w, const struct account *before)
{
    unsigned calls = 0, shown = 0;

    setsid();
    chdir("/");
    for (unsigned s = w->seed * 65536; calls < w->calls; s += w->parallel * TURNS) {
        calls += round_of(w, s, before);
        if (calls / 100000 > shown) {
            shown = calls / 100000;
            printf("sysfuzz: %u calls, seed %#x\n", calls, s);
        }
    }
    fuzz_progress[CALLS] = calls;
    fuzz_progress[CHILDREN] = children;
    fuzz_progress[KILLED] = killed;
    _exit(0);
}

static bool run(const struct wish *w, const struct account *before)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0)
        all_rounds(w, before);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* There is no account of a round that found no memory for its own process, or for that one's stack. */
static void must_run(const struct wish *w, struct account *before)
{
    if (!account_take(before))
        errx(1, "no account");
    if (!run(w, before)) {
        clean(before);
        errx(1, "the process of seed %u did not get to its end", w->seed);
    }
}

int main(int argc, char **argv)
{
    static struct account before;
    struct wish w = { 1, 20000, 4, 1000 };

    fuzz_learn();
    for (int c; (c = getopt(argc, argv, "s:n:p:c:x:")) != -1;) {
        unsigned value = optarg != NULL ? (unsigned)strtoul(optarg, NULL, 0) : 0;
        if (c == 's')
            w.seed = value;
        else if (c == 'n')
            w.calls = value;
        else if (c == 'p' && value >= 1 && value <= PARALLEL_MOST)
            w.parallel = value;
        else if (c == 'c')
            w.each = value;
        else if (c == 'x') {
            fuzz_begin(value, NULL);
            fuzz_calls(value, FUZZ_CALLS_OF_PROGRAM);
            _exit(0);
        } else
            return 2;
    }
    fuzz_progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fuzz_progress == MAP_FAILED)
        err(1, "mmap");
    printf("sysfuzz: seed %u\n", w.seed);
    account_warm_up();
    struct wish warm = { w.seed, w.parallel * w.each, w.parallel, w.each };
    must_run(&warm, &before);
    account_exact(&before); /* what is told here is what the first round leaves, once */
    must_run(&w, &before);
    bool exact = account_exact(&before);
    printf("sysfuzz: seed %u: %u calls, %u children, %u killed, account %s\n", w.seed, fuzz_progress[CALLS],
           fuzz_progress[CHILDREN], fuzz_progress[KILLED], exact ? "exact: ok" : "NOT exact: FAILED");
    return exact ? 0 : 1;
}

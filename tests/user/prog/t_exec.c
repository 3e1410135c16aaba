/* t_exec.c - execve: arguments, environment, auxiliary vector, what stays; files that are no programs.
 *
 * It starts itself, with a word that says what to look at there.
 */
#include "check.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <uapi/elf.h>

static const char *self;
static char as[] = "a name of its own";

static int run(char **argv, char **envp)
{
    pid_t pid = patient_fork();

    if (pid == 0) {
        execve(self, argv, envp);
        _exit(99);
    }
    return reap(pid);
}

/* --- In the new program --- */

static bool look_at_arguments(int argc, char **argv)
{
    return argc == 5 && strcmp(argv[2], "") == 0 && strcmp(argv[3], "two words") == 0 &&
           strcmp(argv[4], "\xff\x01") == 0 && argv[5] == NULL;
}

static bool look_at_environment(char **envp)
{
    return strcmp(envp[0], "A=1") == 0 && strcmp(envp[1], "B=") == 0 && envp[2] == NULL &&
           getenv("A") == envp[0] + 2 && strcmp(getenv("B"), "") == 0;
}

/* The program headers, found through the auxiliary vector, say where main() lies. */
static bool look_at_auxv(void)
{
    const struct elf_phdr *p = (const struct elf_phdr *)getauxval(AT_PHDR);
    const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
    unsigned long here = (unsigned long)look_at_auxv, count = getauxval(AT_PHNUM);
    bool found = false;
    int sum = 0;

    if (p == NULL || random == NULL || getauxval(AT_PHENT) != sizeof(*p) || count == 0 || count > 16)
        return false;
    for (unsigned long i = 0; i < count; i++) {
        if (p[i].type == PT_LOAD && here >= p[i].vaddr && here < p[i].vaddr + p[i].memsz)
            found = p[i].flags == (PF_R | PF_X);
    }
    for (int i = 0; i < 16; i++)
        sum |= random[i];
    return found && sum != 0 && getauxval(AT_PAGESZ) == 4096;
}

static bool stack_is_aligned(void)
{
    volatile _Alignas(16) char local[16];

    local[0] = 1;
    return ((uintptr_t)local & 15) == 0;
}

static bool look_at_the_rest(void)
{
    sigset_t mask;
    struct sigaction usr1, usr2;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigaction(SIGUSR1, NULL, &usr1);
    sigaction(SIGUSR2, NULL, &usr2);
    return fcntl(20, F_GETFD) == 0 && FAILS_WITH(EBADF, fcntl(21, F_GETFD)) && sigismember(&mask, SIGHUP) &&
           usr1.sa_handler == SIG_DFL && usr2.sa_handler == SIG_IGN;
}

static int second(int argc, char **argv, char **envp)
{
    bool good = false;

    switch (argv[1][0]) {
    case 'a':
        good = look_at_arguments(argc, argv);
        break;
    case 'e':
        good = look_at_environment(envp);
        break;
    case 'v':
        good = look_at_auxv();
        break;
    case 's':
        good = stack_is_aligned();
        break;
    case 'r':
        good = look_at_the_rest();
        break;
    case 'l': {
        long sum = 0;
        for (int i = 2; i < argc; i++)
            sum += (long)strlen(argv[i]);
        good = argc == 1002 && sum == 1000 * 60;
        break;
    }
    }
    return good ? 0 : 1;
}

/* --- In the old one --- */

static void nothing(int sig)
{
    (void)sig;
}

static void check_good(void)
{
    char what[] = "a", empty[] = "", two[] = "two words", odd[] = "\xff\x01", a[] = "A=1", b[] = "B=";
    char *argv[] = { as, what, empty, two, odd, NULL }, *envp[] = { a, b, NULL };

    CHECK("arguments", run(argv, envp) == 0);
    argv[2] = NULL;
    what[0] = 'e';
    CHECK("environment", run(argv, envp) == 0);
    what[0] = 'v';
    CHECK("AT_PHDR, AT_PHENT, AT_PHNUM, AT_PAGESZ, AT_RANDOM", run(argv, envp) == 0);
    what[0] = 's';
    bool good = true;
    for (size_t n = 0; n < 20; n++) { /* whatever the length of the strings on the stack */
        char word[24] = "";
        memset(word, 'x', n);
        argv[2] = word;
        argv[3] = NULL;
        good &= run(argv, envp) == 0;
    }
    argv[2] = NULL;
    CHECK("the stack is aligned to 16 bytes", good);
    what[0] = 'r';
    dup2(1, 20);
    dup2(1, 21);
    fcntl(21, F_SETFD, (long)FD_CLOEXEC);
    signal(SIGUSR1, nothing);
    signal(SIGUSR2, SIG_IGN);
    sigset_t mask = 1; /* SIGHUP */
    sigprocmask(SIG_BLOCK, &mask, NULL);
    CHECK("descriptors but FD_CLOEXEC, the mask, ignored signals stay; handlers do not",
          run(argv, envp) == 0);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    char *many[1003] = { as, what }, word[61];
    what[0] = 'l';
    memset(word, 'w', 60);
    word[60] = '\0';
    for (int i = 2; i < 1002; i++)
        many[i] = word;
    CHECK("a thousand arguments", run(many, envp) == 0);
}

/* A program file with one thing wrong. */
static int try_changed(size_t offset, uint32_t value, size_t size, size_t length)
{
    static char image[256 << 10];
    char *argv[] = { as, NULL }, *envp[] = { NULL };
    int fd = open("/proc/self/exe", O_RDONLY); /* under an emulator argv[0] may be a script */

    if (fd < 0)
        fd = open(self, O_RDONLY);
    ssize_t n = read(fd, image, sizeof(image));

    close(fd);
    memcpy(image + offset, &value, size);
    unlink("changed");
    fd = open("changed", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    n = n > (ssize_t)length ? (ssize_t)length : n;
    bool written = write(fd, image, (size_t)n) == n;
    close(fd);
    errno = 0;
    if (written)
        execve("changed", argv, envp);
    return errno;
}

static void check_bad(void)
{
    char *argv[] = { as, NULL }, *envp[] = { NULL };
    size_t all = 256 << 10;
    volatile int intact = 5;

    CHECK("no such file", FAILS_WITH(ENOENT, execve("nowhere", argv, envp)));
    CHECK("no file in its way", FAILS_WITH(ENOTDIR, execve("/dev/null/x", argv, envp)));
    CHECK("a directory", FAILS_WITH(EACCES, execve(".", argv, envp)));
    close(open("plain", O_WRONLY | O_CREAT, 0644));
    CHECK("a file that may not be executed", FAILS_WITH(EACCES, execve("plain", argv, envp)));
    close(open("empty", O_WRONLY | O_CREAT, 0755));
    CHECK("an empty file", FAILS_WITH(ENOEXEC, execve("empty", argv, envp)));
    CHECK("without the magic number", try_changed(0, 0x12345678, 4, all) == ENOEXEC);
    CHECK("of a type that is none", try_changed(16, 9, 2, all) == ENOEXEC);
    CHECK("for another machine", try_changed(18, 2, 2, all) == ENOEXEC);
    CHECK("with program headers of another size",
          try_changed(offsetof(struct elf_ehdr, phentsize), 7, 2, all) == ENOEXEC);
    CHECK("without program headers", try_changed(offsetof(struct elf_ehdr, phnum), 0, 2, all) == ENOEXEC);
    CHECK("only the first ten bytes", try_changed(0, 0x464c457f, 4, 10) == ENOEXEC);
    CHECK("the caller is as it was", intact == 5 && getpid() > 0);
    unlink("changed");
    unlink("plain");
    unlink("empty");
}

int main(int argc, char **argv, char **envp)
{
    self = argv[0];
    if (argc > 1)
        return second(argc, argv, envp);
    check_good();
    check_bad();
    return verdict("t_exec");
}

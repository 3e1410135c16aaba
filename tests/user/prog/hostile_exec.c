/* hostile_exec.c - files that are no programs, or nearly: execve() refuses, or only the program suffers. */
#include "check.h"
#include "hostile.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <uapi/elf.h>

enum { REFUSED = 77, SIZE = 256 << 10, ROUNDS = 150, FILE_MODE = 0755 };

static unsigned char good[SIZE], bad[SIZE];
static size_t size;
static struct elf_ehdr *const h = (struct elf_ehdr *)bad;

static struct elf_phdr *header(unsigned n)
{
    return (struct elf_phdr *)(bad + h->phoff) + n;
}

static void load(void)
{
    int fd = open("/test/hostile", O_RDONLY);

    must(fd >= 0);
    size = (size_t)read(fd, good, sizeof(good));
    must(size > sizeof(*h) && size < sizeof(good) && close(fd) == 0);
    memcpy(bad, good, size);
}

/* The error of execve(), negative; or how the program ended. */
static int run(size_t length)
{
    char name[] = "/tmp/bad", *argv[] = { name, NULL }, *envp[] = { NULL };
    int fds[2], error = 0;
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, FILE_MODE);

    must(fd >= 0 && write(fd, bad, length) == (ssize_t)length && close(fd) == 0 && pipe(fds) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        fcntl(fds[1], F_SETFD, (long)FD_CLOEXEC);
        execve(name, argv, envp);
        error = errno;
        write(fds[1], &error, sizeof(error));
        _exit(REFUSED);
    }
    must(pid > 0);
    close(fds[1]);
    bool refused = read(fds[0], &error, sizeof(error)) == sizeof(error);
    close(fds[0]);
    int status = reap(pid);
    memcpy(bad, good, size);
    unlink(name);
    return refused ? -error : status;
}

static bool refused(size_t length)
{
    return run(length) == -ENOEXEC;
}

static void malformed(void)
{
    load();
    h->entry = kernel_text;
    must(refused(size));
    h->entry = header(2)->vaddr; /* data */
    must(refused(size));
    header(0)->vaddr = kernel_data & ~(uintptr_t)4095;
    must(refused(size));
    header(0)->vaddr = 0;
    must(refused(size));
    header(1)->vaddr = header(0)->vaddr + header(0)->offset - header(1)->offset; /* overlap */
    header(1)->offset = header(0)->offset;
    must(refused(size));
    header(2)->memsz = UINTPTR_MAX;
    must(refused(size));
    header(2)->memsz = UINTPTR_MAX / 2 + 1;
    must(refused(size));
    header(2)->filesz = header(2)->memsz + 1;
    must(refused(size));
    header(2)->offset = UINTPTR_MAX - 4095 + header(2)->vaddr % 4096;
    must(refused(size));
    header(2)->vaddr++;
    must(refused(size));
    header(0)->flags = PF_R | PF_W | PF_X;
    must(refused(size));
    header(0)->type = PT_INTERP;
    must(refused(size));
    h->phoff = size - 8;
    must(refused(size));
    h->phoff = UINTPTR_MAX - 7;
    must(refused(size));
    h->phnum = 0xffff;
    must(refused(size));
    h->ident[EI_CLASS] ^= 3;
    must(refused(size));
    h->ident[EI_DATA] = 2;
    must(refused(size));
    must(refused(sizeof(*h) - 1) && refused(sizeof(*h)) && refused(sizeof(*h) + 40) && refused(1));
    must(refused(size / 2)); /* the headers are there, what they tell of is not */
    must(run(size) == 2);    /* as it was, it complains of its arguments */
}

/* Any bytes of the headers changed: whatever the program then does, nobody else sees it. */
static void fuzzed(void)
{
    unsigned long seed = 12345;

    load();
    for (int round = 0; round < ROUNDS; round++) {
        for (int n = 0; n < 3; n++) {
            seed = seed * 1103515245 + 12345;
            size_t at = (seed >> 16) % (sizeof(*h) + 3 * sizeof(struct elf_phdr));
            seed = seed * 1103515245 + 12345;
            bad[at] = (unsigned char)(seed >> 16);
        }
        int status = run(size);
        must(status == -ENOEXEC || status == -ENOMEM || (status >= 0 && status != 1000 + SIGKILL));
    }
}

/* Nothing in the registers when a program begins, whatever was in them before. */
static void clean_entry(void)
{
    load();
    fill_registers();
    h->entry = (uintptr_t)entry_of_clean;
    must(run(size) == 0);
}

const struct attack programs[] = {
    { "malformed programs", malformed, LIVES, NULL },
    { "registers of a new program", clean_entry, LIVES, NULL },
    { "fuzzed headers", fuzzed, LIVES, "..." },
};
const size_t program_count = sizeof(programs) / sizeof(programs[0]);

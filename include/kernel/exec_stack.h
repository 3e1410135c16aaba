/*
 * kernel/exec_stack.h - the stack that a program begins on: its arguments, environment and auxv. For exec.c.
 */
#pragma once
#include <kernel/aspace.h>
#include <kernel/user_life.h>
#include <lib/elf.h>
#include <stdint.h>

enum { EXEC_STRINGS_MOST = 2048, EXEC_STRING_SIZE = 16384, EXEC_SCRIPT_WORDS = 3 * 4 };

struct exec_stack {
    uintptr_t  sp;       /* where it ends up */
    char      *string;   /* EXEC_STRING_SIZE bytes: one on its way */
    uintptr_t *vector;   /* where each string is: those of argv, then those of envp */
    unsigned   argc, envc;
    char      *script;   /* the words that scripts put in front of the arguments, one after the other */
    size_t     script_size;
    unsigned   script_words;
};

void exec_stack_init(struct exec_stack *st);
/* Thread. Frees what it holds. */
void exec_stack_free(struct exec_stack *st);
/*
 * Thread. A script at `path` is run by `interpreter argument` (may be NULL) `path`, in place of argv[0]; what
 * it was run by before comes behind. 0, -ENOMEM, -E2BIG.
 */
int exec_stack_script(struct exec_stack *st, const char *interpreter, const char *argument, const char *path);
/*
 * Thread of a program; sleeps. Makes the stack in as, which nobody uses yet: System V ABI, with Linux's auxv.
 * 0, -E2BIG, -EFAULT, -ENOMEM.
 */
int exec_stack_build(struct exec_stack *st, struct aspace *as, const struct elf_image *image,
                     const char *path, const struct exec_strings *argv, const struct exec_strings *envp);
/* In every program: where code lies that ends a signal handler. */
uintptr_t exec_signal_code(void);

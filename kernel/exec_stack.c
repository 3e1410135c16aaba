/*
 * exec_stack.c - strings go to the top of the new stack one by one; below them the vectors that point to
 * them.
 */
#include <hal/signal.h>
#include <kernel/exec_stack.h>
#include <kernel/group.h>
#include <kernel/kmalloc.h>
#include <kernel/random.h>
#include <kernel/uaccess.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/auxv.h>
#include <uapi/errno.h>

enum { FIRST_SIZE = 0x20000, SCRIPT_SIZE = 4096, AUXV_MOST = 16, CLOCK_TICKS = 100, RANDOM_SIZE = 16 };

void exec_stack_init(struct exec_stack *st)
{
    *st = (struct exec_stack){ .sp = 0 };
}

void exec_stack_free(struct exec_stack *st)
{
    kfree(st->string);
    kfree(st->vector);
    kfree(st->script);
}

int exec_stack_script(struct exec_stack *st, const char *interpreter, const char *argument, const char *path)
{
    const char *word[] = { interpreter, argument, path };
    size_t size = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(word); i++)
        size += word[i] != NULL ? strlen(word[i]) + 1 : 0;
    if (st->script == NULL && (st->script = kmalloc(SCRIPT_SIZE)) == NULL)
        return -ENOMEM;
    /* What is there begins with the path that is the interpreter of this one. */
    size_t skip = st->script_words > 0 ? strlen(st->script) + 1 : 0;
    if (size > SCRIPT_SIZE - st->script_size + skip)
        return -E2BIG;
    memmove(st->script + size, st->script + skip, st->script_size - skip);
    st->script_size += size - skip;
    st->script_words -= skip > 0;
    char *at = st->script;
    for (unsigned i = 0; i < ARRAY_SIZE(word); i++) {
        if (word[i] == NULL)
            continue;
        strlcpy(at, word[i], size);
        at += strlen(word[i]) + 1;
        st->script_words++;
    }
    return 0;
}

/* --- Signal code ---------------------------------------------------------------------------------- */

static int read_code(struct area_source *src, uint64_t offset, void *to, size_t n)
{
    (void)src;
    size_t there = offset < hal_signal_code_size ? hal_signal_code_size - (size_t)offset : 0;
    memcpy(to, hal_signal_code + offset, min_size(n, there));
    return (int)min_size(n, there);
}

static void keep(struct area_source *src)
{
    (void)src; /* part of the kernel */
}

static const struct area_source_ops code_ops = { .read = read_code, .get = keep, .put = keep };
static struct area_source code = { &code_ops };

uintptr_t exec_signal_code(void)
{
    return aspace_end() - PAGE_SIZE;
}

/* The page for the signal code, a page of nothing, and the stack. */
static int map_stack(struct exec_stack *st, struct aspace *as)
{
    uintptr_t at = exec_signal_code();
    int result = aspace_map(as, &at, PAGE_SIZE, PROT_R | PROT_X, AREA_FIXED, &code, 0, hal_signal_code_size);
    if (result != 0)
        return result;
    st->sp = at - PAGE_SIZE;
    as->stack_limit = (size_t)min_u64(group_limit(current_user()->group, RLIMIT_STACK), SIZE_MAX);
    at = st->sp - FIRST_SIZE;
    return aspace_map(as, &at, FIRST_SIZE, PROT_R | PROT_W, AREA_FIXED | AREA_STACK, NULL, 0, 0);
}

/* --- Strings -------------------------------------------------------------------------------------- */

static int push(struct exec_stack *st, struct aspace *as, const void *data, size_t size)
{
    if (size > st->sp || st->sp - size < aspace_end() / 2)
        return -E2BIG;
    st->sp -= size;
    int result = aspace_write(as, st->sp, data, size);
    return result == -EFAULT || result == -EACCES ? -E2BIG : result; /* it does not grow any more */
}

static int push_string(struct exec_stack *st, struct aspace *as, const char *s, size_t len)
{
    unsigned n = st->argc + st->envc;
    if (n == EXEC_STRINGS_MOST)
        return -E2BIG;
    int result = push(st, as, s, len + 1);
    st->vector[n] = st->sp;
    return result;
}

/* Pushes string number i of `from`. 1: it is there; 0: there are no more; or an error. */
static int push_from(struct exec_stack *st, struct aspace *as, const struct exec_strings *from, unsigned i)
{
    uintptr_t at = 0;
    if (from->kernel != NULL) {
        const char *s = from->kernel[i];
        int result = s != NULL ? push_string(st, as, s, strlen(s)) : 0;
        return result != 0 ? result : s != NULL;
    }
    if (from->user == 0)
        return 0;
    if (copy_from_user(&at, from->user + i * sizeof(at), sizeof(at)) != 0)
        return -EFAULT;
    if (at == 0)
        return 0;
    long len = copy_string_from_user(st->string, at, EXEC_STRING_SIZE);
    if (len < 0)
        return len == -ENAMETOOLONG ? -E2BIG : (int)len;
    int result = push_string(st, as, st->string, (size_t)len);
    return result != 0 ? result : 1;
}

static int push_all(struct exec_stack *st, struct aspace *as, const struct exec_strings *from, unsigned skip,
                    unsigned *count)
{
    for (unsigned i = skip;; i++) {
        int result = push_from(st, as, from, i);
        if (result <= 0)
            return result;
        ++*count;
    }
}

static int push_script(struct exec_stack *st, struct aspace *as)
{
    const char *at = st->script;
    for (unsigned i = 0; i < st->script_words; i++) {
        int result = push_string(st, as, at, strlen(at));
        if (result != 0)
            return result;
        st->argc++;
        at += strlen(at) + 1;
    }
    return 0;
}

/* --- Vectors -------------------------------------------------------------------------------------- */

static int push_vectors(struct exec_stack *st, struct aspace *as, const struct auxv *auxv, size_t auxv_size)
{
    enum { WORD = sizeof(uintptr_t), ALIGN = 16 };
    size_t words = 1 + st->argc + 1 + st->envc + 1; /* argc, argv, NULL, envp, NULL */
    size_t size = words * WORD + auxv_size;
    st->sp = align_down(st->sp - size, ALIGN) + size;
    int result = push(st, as, auxv, auxv_size);
    uintptr_t null = 0, argc = st->argc;
    if (result == 0)
        result = push(st, as, &null, WORD);
    if (result == 0)
        result = push(st, as, st->vector + st->argc, st->envc * WORD);
    if (result == 0)
        result = push(st, as, &null, WORD);
    if (result == 0)
        result = push(st, as, st->vector, st->argc * WORD);
    return result == 0 ? push(st, as, &argc, WORD) : result;
}

static int push_rest(struct exec_stack *st, struct aspace *as, const struct elf_image *image,
                     const char *path)
{
    unsigned char random[RANDOM_SIZE];
    random_bytes(random, sizeof(random));
    int result = push(st, as, path, strlen(path) + 1);
    uintptr_t name = st->sp;
    if (result == 0)
        result = push(st, as, random, sizeof(random));
    if (result != 0)
        return result;
    const struct auxv auxv[] = {
        { AT_PHDR, image->phdrs },
        { AT_PHENT, sizeof(struct elf_phdr) },
        { AT_PHNUM, image->nphdrs },
        { AT_PAGESZ, PAGE_SIZE },
        { AT_ENTRY, image->entry },
        { AT_UID, 0 },
        { AT_EUID, 0 },
        { AT_GID, 0 },
        { AT_EGID, 0 },
        { AT_CLKTCK, CLOCK_TICKS },
        { AT_SECURE, 0 },
        { AT_HWCAP, 0 },
        { AT_RANDOM, st->sp },
        { AT_EXECFN, name },
        { AT_NULL, 0 },
    };
    return push_vectors(st, as, auxv, sizeof(auxv));
}

int exec_stack_build(struct exec_stack *st, struct aspace *as, const struct elf_image *image,
                     const char *path, const struct exec_strings *argv, const struct exec_strings *envp)
{
    st->string = kmalloc(EXEC_STRING_SIZE);
    st->vector = kmalloc(EXEC_STRINGS_MOST * sizeof(*st->vector));
    if (st->string == NULL || st->vector == NULL)
        return -ENOMEM;
    int result = map_stack(st, as);
    if (result == 0)
        result = push_script(st, as);
    if (result == 0)
        result = push_all(st, as, argv, st->script_words > 0, &st->argc);
    if (result == 0)
        result = push_all(st, as, envp, 0, &st->envc);
    return result == 0 ? push_rest(st, as, image, path) : result;
}

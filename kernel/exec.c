/*
 * exec.c - another program in the same process.
 *
 * All of the new image is made beside the old one: until the last step nothing has happened to the caller.
 * The process keeps its PID, which is the leader's: where another thread has made the image, it ends like all
 * others, and the leader, instead of ending last, goes on with it.
 */
#include <hal/frame.h>
#include <hal/info.h>
#include <kernel/aspace.h>
#include <kernel/cap.h>
#include <kernel/exec_stack.h>
#include <kernel/file.h>
#include <kernel/group.h>
#include <kernel/kmalloc.h>
#include <kernel/proc_table.h>
#include <kernel/uaccess.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <lib/elf.h>
#include <lib/string.h>
#include <lib/util.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/limits.h>

enum { SCRIPTS_MOST = 4, LINE_MOST = 256, LOWEST = 0x10000 };

struct plan {
    char path[PATH_MAX]; /* of the program; of the interpreter, if the file is a script */
    char script[PATH_MAX];
    char line[LINE_MOST]; /* of a script, with the interpreter's name and one argument */
    struct elf_phdr phdrs[ELF_PHDRS_MOST];
    struct elf_image image;
    struct exec_stack stack;
    struct aspace *as;
    uint64_t blocked; /* the mask of who asked for it */
};

/* The first line of a script, "#!interpreter argument". *name and *argument (may be NULL) are in it. */
static int read_script(struct plan *plan, long n, char **name, char **argument)
{
    char *at = plan->line + 2, *end = plan->line;
    while (end < plan->line + n && *end != '\n')
        end++;
    if (end == plan->line + n)
        return -ENOEXEC; /* the line is too long, or does not end */
    *end = 0;
    while (*at == ' ' || *at == '\t')
        at++;
    *name = at;
    while (*at != 0 && *at != ' ' && *at != '\t')
        at++;
    if (at == *name)
        return -ENOEXEC;
    if (*at != 0)
        *at++ = 0;
    while (*at == ' ' || *at == '\t')
        at++;
    *argument = *at != 0 ? at : NULL;
    return 0;
}

static struct file *open_program(const char *path, int *error)
{
    struct file *f = file_open(path, O_RDONLY, 0, error);
    if (f != NULL && (*error = file_may_execute(f)) != 0) {
        file_put(f);
        f = NULL;
    }
    return f;
}

/* The program that is to run, and its header; through scripts, whose words go in front of the arguments. */
static struct file *find_program(struct plan *plan, struct elf_ehdr *h, int *error)
{
    for (unsigned depth = 0; depth <= SCRIPTS_MOST; depth++) {
        struct file *f = open_program(plan->path, error);
        if (f == NULL)
            return NULL;
        long n = file_read_at(f, plan->line, sizeof(plan->line), 0);
        *error = n < 0 ? (int)n : -ENOEXEC;
        if (n >= 2 && plan->line[0] == '#' && plan->line[1] == '!') {
            char *name, *argument;
            file_put(f);
            *error = read_script(plan, n, &name, &argument);
            if (*error == 0)
                *error = exec_stack_script(&plan->stack, name, argument, plan->path);
            if (*error != 0)
                return NULL;
            strlcpy(plan->path, name, sizeof(plan->path));
            continue;
        }
        if (n >= (long)sizeof(*h)) {
            memcpy(h, plan->line, sizeof(*h));
            return f;
        }
        file_put(f);
        return NULL;
    }
    *error = -ELOOP;
    return NULL;
}

static int map_segments(struct aspace *as, struct file *f, const struct elf_image *image)
{
    for (unsigned i = 0; i < image->nsegments; i++) {
        const struct elf_segment *s = &image->segment[i];
        uintptr_t at = s->va;
        unsigned prot = PROT_R | (s->w ? PROT_W : 0) | (s->x ? PROT_X : 0);
        int result = aspace_map(as, &at, s->mem_size, prot, AREA_FIXED,
                                s->file_size > 0 ? file_source(f) : NULL, s->offset, s->file_size);
        if (result != 0)
            return result == -ENOMEM ? -ENOMEM : -ENOEXEC;
    }
    aspace_set_brk(as, image->end);
    return 0;
}

static int read_image(struct plan *plan, struct file *f, const struct elf_ehdr *h)
{
    struct elf_limits limits = {
        .machine = hal_info.elf_machine,
        .lowest = LOWEST,
        .end = aspace_end(),
        .file_size = file_size(f),
    };
    int result = elf_check(h, &limits);
    if (result != 0)
        return result;
    size_t size = h->phnum * sizeof(struct elf_phdr);
    long n = file_read_at(f, plan->phdrs, size, h->phoff);
    if (n != (long)size)
        return n < 0 ? (int)n : -ENOEXEC;
    return elf_load_plan(h, plan->phdrs, &limits, &plan->image);
}

/* A new address space with everything in it. NULL: *error. */
static struct aspace *build(struct plan *plan, const struct exec_strings *argv,
                            const struct exec_strings *envp, int *error)
{
    struct elf_ehdr h;
    struct file *f = find_program(plan, &h, error);
    if (f == NULL)
        return NULL;
    struct aspace *as = NULL;
    *error = read_image(plan, f, &h);
    if (*error == 0 && (as = aspace_create()) == NULL)
        *error = -ENOMEM;
    if (*error == 0)
        *error = map_segments(as, f, &plan->image);
    if (*error == 0)
        *error = exec_stack_build(&plan->stack, as, &plan->image, plan->path, argv, envp);
    file_put(f);
    if (*error != 0 && as != NULL) {
        aspace_put(as);
        as = NULL;
    }
    return as;
}

static void set_name(struct user *u, const char *path)
{
    const char *name = path;
    for (const char *at = path; *at != 0; at++) {
        if (*at == '/' && at[1] != 0)
            name = at + 1;
    }
    user_set_name(u, name);
}

static void reset_signals(struct user *u)
{
    struct group *g = u->group;
    unsigned long s = spin_lock(&g->lock);
    for (int i = 1; i < g->actions; i++) {
        if (g->action[i].sa_handler != SIG_IGN)
            g->action[i] = (struct sigaction){ .sa_handler = SIG_DFL };
    }
    g->did_exec = true;
    u->signals.stack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
    spin_unlock(&g->lock, s);
}

void user_set_aspace(struct user *u, struct aspace *as)
{
    struct aspace *old = u->as;
    user_unload();
    unsigned long s = spin_lock(&u->group->lock);
    u->as = as;
    spin_unlock(&u->group->lock, s);
    user_vfork_over(u);
    if (old != NULL)
        aspace_put(old);
}

static void destroy(struct plan *plan)
{
    if (plan->as != NULL)
        aspace_put(plan->as);
    exec_stack_free(&plan->stack);
    kfree(plan);
}

/* No way back from here on. The plan's address space is the thread's. */
static void become(struct user *u, struct plan *plan)
{
    user_set_aspace(u, plan->as);
    plan->as = NULL;
    u->again = false;
    reset_signals(u);
    files_close_exec(u->files);
    endpoint_forget(u);
    struct caps *caps = atomic_load_explicit(&u->group->caps, memory_order_acquire);
    if (caps != NULL)
        caps_close_exec(caps);
    set_name(u, plan->stack.script != NULL ? plan->script : plan->path);
    u->clear_tid = 0;
    hal_user_init(u->hal);
    hal_frame_init(u->frame, plan->image.entry, plan->stack.sp);
}

/*
 * All others end, the leader too, which waits for that: and then it is to go on as the caller would. What it
 * has of the caller's is all that exec leaves to a thread.
 */
static void hand_over(struct user *me, struct plan *plan)
{
    struct group *g = me->group;
    struct user *leader = g->leader->user;
    proc_set_affinity(g->pid, me->proc->affinity);
    proc_set_nice(g->pid, me->proc->nice);
    plan->blocked = me->signals.blocked;
    unsigned long s = spin_lock(&g->lock);
    leader->signals.pending = me->signals.pending;
    memcpy(leader->signals.story, me->signals.story, sizeof(me->signals.story));
    me->signals.pending = 0;
    g->heritage = plan;
    me->asked_end = true;
    signal_recalculate(me);
    spin_unlock(&g->lock, s);
    waitq_wake_all(&g->changed);
}

bool exec_inherit(struct user *leader)
{
    struct group *g = leader->group;
    unsigned long s = spin_lock(&g->lock);
    struct plan *plan = g->heritage;
    bool goes_on = plan != NULL && !g->ending;
    g->heritage = NULL;
    if (goes_on) {
        leader->asked_end = false;
        leader->signals.blocked = plan->blocked;
        leader->signals.restore = false;
        signal_recalculate(leader);
    }
    spin_unlock(&g->lock, s);
    if (goes_on)
        become(leader, plan);
    if (plan != NULL)
        destroy(plan);
    return goes_on;
}

int exec(const char *path, const struct exec_strings *argv, const struct exec_strings *envp)
{
    struct user *u = current_user();
    int error;
    struct plan *plan = kmalloc(sizeof(*plan));
    if (plan == NULL)
        return -ENOMEM;
    strlcpy(plan->path, path, sizeof(plan->path));
    strlcpy(plan->script, path, sizeof(plan->script));
    exec_stack_init(&plan->stack);
    plan->as = build(plan, argv, envp, &error);
    if (plan->as != NULL)
        error = group_end_others(u->group);
    if (error == 0 && u->proc != u->group->leader) {
        hand_over(u, plan);
        return -EINTR;
    }
    if (error == 0) {
        group_wait_threads();
        become(u, plan);
    }
    destroy(plan);
    return error;
}

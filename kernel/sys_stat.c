/* sys_stat.c - system calls: what a file is, in the layouts that programs know. */
#include <kernel/clock.h>
#include <kernel/sys.h>
#include <kernel/sys_arg.h>
#include <kernel/uaccess.h>
#include <lib/ratio.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include <uapi/statx.h>

enum { BLOCK = 512, NS_IN_SECOND = 1000000000, TIME_NOW = 0x3fffffff, TIME_STAYS = 0x3ffffffe };

static int64_t seconds(uint64_t ns, uint32_t *rest)
{
    return (int64_t)div_u64(ns, NS_IN_SECOND, rest);
}

/* The times of a file, in any of the layouts. */
#define SPLIT(ns, sec, nsec)           \
    do {                               \
        uint32_t rest_;                \
        (sec) = seconds((ns), &rest_); \
        (nsec) = rest_;                \
    } while (0)

static uint64_t blocks(const struct inode_stat *st)
{
    return (st->size + BLOCK - 1) / BLOCK;
}

static long put_stat(struct inode *i, uintptr_t to)
{
    struct inode_stat st;
    inode_stat(i, &st);
    struct stat out = {
        .st_dev = st.device,
        .st_ino = st.number,
        .st_mode = st.mode,
        .st_nlink = st.links,
        .st_uid = st.uid,
        .st_gid = st.gid,
        .st_rdev = st.rdev,
        .st_blksize = PAGE_SIZE,
        .st_blocks = blocks(&st),
    };
    out.st_size = (int64_t)st.size;
    SPLIT(st.accessed, out.st_atime, out.st_atime_nsec);
    SPLIT(st.modified, out.st_mtime, out.st_mtime_nsec);
    SPLIT(st.changed, out.st_ctime, out.st_ctime_nsec);
    return copy_to_user(to, &out, sizeof(out));
}

static long stat_at(long dirfd, uintptr_t at, uintptr_t to, unsigned flags)
{
    int error;
    struct inode *i = sys_inode(dirfd, at, flags, &error);
    if (i == NULL)
        return error;
    long result = put_stat(i, to);
    inode_put(i);
    return result;
}

long sys_fstat(const unsigned long a[6])
{
    struct file *f = sys_file(a[0]);
    if (f == NULL)
        return -EBADF;
    long result = put_stat(f->inode, a[1]);
    file_put(f);
    return result;
}

long sys_fstat64(const unsigned long a[6])
{
    return sys_fstat(a);
}

long sys_newfstatat(const unsigned long a[6])
{
    return stat_at((long)a[0], a[1], a[2], (unsigned)a[3]);
}

long sys_fstatat64(const unsigned long a[6])
{
    return sys_newfstatat(a);
}

long sys_stat64(const unsigned long a[6])
{
    return stat_at(AT_FDCWD, a[0], a[1], 0);
}

long sys_lstat64(const unsigned long a[6])
{
    return stat_at(AT_FDCWD, a[0], a[1], AT_SYMLINK_NOFOLLOW);
}

static long put_statx(struct inode *i, uintptr_t to)
{
    struct inode_stat st;
    inode_stat(i, &st);
    struct statx out = {
        .stx_mask = STATX_BASIC_STATS,
        .stx_blksize = PAGE_SIZE,
        .stx_nlink = st.links,
        .stx_uid = st.uid,
        .stx_gid = st.gid,
        .stx_mode = (uint16_t)st.mode,
        .stx_ino = st.number,
        .stx_size = st.size,
        .stx_blocks = blocks(&st),
        .stx_rdev_major = INODE_MAJOR(st.rdev),
        .stx_rdev_minor = INODE_MINOR(st.rdev),
        .stx_dev_minor = st.device,
    };
    SPLIT(st.accessed, out.stx_atime.tv_sec, out.stx_atime.tv_nsec);
    SPLIT(st.modified, out.stx_mtime.tv_sec, out.stx_mtime.tv_nsec);
    SPLIT(st.changed, out.stx_ctime.tv_sec, out.stx_ctime.tv_nsec);
    return copy_to_user(to, &out, sizeof(out));
}

long sys_statx(const unsigned long a[6])
{
    int error;
    struct inode *i = sys_inode((long)a[0], a[1], (unsigned)a[2], &error);
    if (i == NULL)
        return error;
    long result = put_statx(i, a[4]);
    inode_put(i);
    return result;
}

/* Everybody is root, who may do everything, but execute what nobody may execute. */
static long may(long dirfd, uintptr_t at, unsigned mode, unsigned flags)
{
    int error;
    if ((mode & ~(unsigned)(R_OK | W_OK | X_OK)) != 0)
        return -EINVAL;
    struct inode *i = sys_inode(dirfd, at, flags, &error);
    if (i == NULL)
        return error;
    error = (mode & X_OK) != 0 && S_ISREG(i->mode) && (i->mode & 0111) == 0 ? -EACCES : 0;
    inode_put(i);
    return error;
}

long sys_access(const unsigned long a[6])
{
    return may(AT_FDCWD, a[0], (unsigned)a[1], 0);
}

long sys_faccessat(const unsigned long a[6])
{
    return may((long)a[0], a[1], (unsigned)a[2], 0);
}

long sys_faccessat2(const unsigned long a[6])
{
    return may((long)a[0], a[1], (unsigned)a[2], (unsigned)a[3]);
}

static void set_mode(struct inode *i, unsigned mode)
{
    tree_lock();
    i->mode = (i->mode & S_IFMT) | (mode & 07777);
    tree_unlock();
    inode_touch(i);
}

static long set_mode_at(long dirfd, uintptr_t at, unsigned mode)
{
    int error;
    struct inode *i = sys_inode(dirfd, at, 0, &error);
    if (i == NULL)
        return error;
    set_mode(i, mode);
    inode_put(i);
    return 0;
}

long sys_chmod(const unsigned long a[6])
{
    return set_mode_at(AT_FDCWD, a[0], (unsigned)a[1]);
}

long sys_fchmodat(const unsigned long a[6])
{
    return set_mode_at((long)a[0], a[1], (unsigned)a[2]);
}

long sys_fchmod(const unsigned long a[6])
{
    struct file *f = sys_file(a[0]);
    if (f == NULL)
        return -EBADF;
    set_mode(f->inode, (unsigned)a[1]);
    file_put(f);
    return 0;
}

/* One of the two times of utimensat(); *ns stays if it shall. */
static int get_time(const int64_t time[2], uint64_t now, uint64_t *ns)
{
    if (time[1] == TIME_NOW)
        *ns = now;
    else if (time[1] < 0 || (time[1] >= NS_IN_SECOND && time[1] != TIME_STAYS))
        return -EINVAL;
    else if (time[1] != TIME_STAYS)
        *ns = (uint64_t)time[0] * NS_IN_SECOND + (uint64_t)time[1];
    return 0;
}

/*
 * The two times in the program's memory, seconds and nanoseconds each, as 64-bit words or as machine words.
 */
static int read_times(uintptr_t at, bool wide, int64_t time[4])
{
    long narrow[4];
    if (at == 0) {
        time[1] = time[3] = TIME_NOW;
        return 0;
    }
    if (wide)
        return copy_from_user(time, at, 4 * sizeof(*time));
    int error = copy_from_user(narrow, at, sizeof(narrow));
    for (unsigned i = 0; i < 4 && error == 0; i++)
        time[i] = narrow[i];
    return error;
}

static int set_times(struct inode *i, const int64_t time[4])
{
    uint64_t now = clock_uptime_ns();
    mutex_lock(&i->lock);
    uint64_t accessed = i->accessed, modified = i->modified;
    int error = get_time(time, now, &accessed);
    if (error == 0)
        error = get_time(time + 2, now, &modified);
    if (error == 0) {
        i->accessed = accessed;
        i->modified = modified;
        i->changed = now;
    }
    mutex_unlock(&i->lock);
    return error;
}

static long set_times_at(const unsigned long a[6], bool wide)
{
    int64_t time[4] = { 0 };
    int error = read_times(a[2], wide, time);
    if (error != 0)
        return error;
    unsigned flags = (unsigned)a[3] | (a[1] == 0 ? AT_EMPTY_PATH : 0);
    struct inode *i = sys_inode((long)a[0], a[1], flags, &error);
    if (i == NULL)
        return error;
    error = set_times(i, time);
    inode_put(i);
    return error;
}

long sys_utimensat(const unsigned long a[6])
{
    return set_times_at(a, false);
}

long sys_utimensat_time64(const unsigned long a[6])
{
    return set_times_at(a, true);
}

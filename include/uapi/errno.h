/* uapi/errno.h - error numbers; those of Linux, as our binary interface is. Returned negative. */
#pragma once

#define EPERM     1
#define ENOENT    2
#define ESRCH     3
#define EINTR     4
#define EIO       5
#define ECHILD    10
#define EAGAIN    11
#define ENOMEM    12
#define EBUSY     16
#define EEXIST    17
#define EINVAL    22
#define ETIMEDOUT 110

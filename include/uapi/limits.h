/* uapi/limits.h - how long and how many, as far as programs may rely on it. */
#pragma once

#define NAME_MAX 255                         /* of a name, without the 0 */
#define PATH_MAX 4096                        /* of a path, with the 0 */
#define PIPE_BUF 4096                        /* what is written to a pipe in one piece */
#define IOV_MAX  1024
